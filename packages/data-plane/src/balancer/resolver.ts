import { LRUCache } from 'lru-cache'
import { isIP } from 'node:net'
import { DnsLookup } from './dns-lookup.ts'
import type { LookupName } from './dns-lookup.ts'

/** Addresses of a name as last seen, kept fresh by whoever uses them. */
export interface WatchedName {
  /** Empty if the name does not exist or was never resolved. */
  readonly addresses: readonly string[]
  /** Whether the first answer is still awaited. */
  readonly pending: boolean
  /** Settles, without a value, with the first answer or failure. Never rejects. */
  readonly firstAnswer: Promise<void>
  /** To be called when the addresses are used: starts a refresh in the background once they are out of date. */
  touch(): void
  close(): void
}

export interface ResolverOptions {
  readonly lookup?: LookupName
  /** Milliseconds; only differences matter. */
  readonly now?: () => number
}

/** Stale addresses are served this long after they ran out while the name servers do not answer; milliseconds, as Kong's `dns_stale_ttl`. */
const staleMs = 3_600_000
/** How long a failure is remembered, milliseconds, as Kong's `dns_error_ttl` and `dns_not_found_ttl`. */
const errorMs = 1_000
const notFoundMs = 30_000
/** Bounds of the time to live that name servers give, milliseconds. */
const shortestMs = 1_000
const longestMs = 86_400_000
/** Names kept that nobody watches any more. */
const idleNames = 10_000

/**
 * Resolves host names in the background. A name is asked for once at a time, whoever wants it; what was known before is served
 * meanwhile. Only names that were never resolved make anybody wait.
 */
export class Resolver {
  readonly #lookup: LookupName
  readonly #now: () => number
  readonly #watched = new Map<string, Name>()
  /** Names that are not watched now; a service that comes back finds its addresses. */
  readonly #idle = new LRUCache<string, Name>({ max: idleNames })

  constructor({ lookup, now = () => performance.now() }: ResolverOptions = {}) {
    this.#lookup = lookup ?? new DnsLookup().lookup
    this.#now = now
  }

  /** `onChange` is called whenever the addresses have changed, never before `watch` has returned. */
  watch(host: string, onChange: () => void): WatchedName {
    const literal = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
    if (isIP(literal)) return fixed([literal])
    const key = host.toLowerCase()
    const name = this.#watched.get(key) ?? this.#idle.get(key) ?? new Name(key, this.#lookup, this.#now)
    this.#idle.delete(key)
    this.#watched.set(key, name)
    name.watchers.add(onChange)
    name.touch()
    return {
      get addresses() {
        return name.addresses
      },
      get pending() {
        return name.pending
      },
      firstAnswer: name.firstAnswer,
      touch: () => name.touch(),
      close: () => {
        name.watchers.delete(onChange)
        if (name.watchers.size > 0 || !this.#watched.delete(key)) return
        this.#idle.set(key, name)
      },
    }
  }
}

function fixed(addresses: readonly string[]): WatchedName {
  return { addresses, pending: false, firstAnswer: Promise.resolve(), touch() {}, close() {} }
}

class Name {
  addresses: readonly string[] = []
  pending = true
  readonly firstAnswer: Promise<void>
  readonly watchers = new Set<() => void>()
  readonly #host: string
  readonly #lookup: LookupName
  readonly #now: () => number
  readonly #settleFirst: () => void
  #asking = false
  #refreshAt = -Infinity
  #staleUntil = 0

  constructor(host: string, lookup: LookupName, now: () => number) {
    this.#host = host
    this.#lookup = lookup
    this.#now = now
    const { promise, resolve } = Promise.withResolvers<void>()
    this.firstAnswer = promise
    this.#settleFirst = resolve
  }

  touch(): void {
    if (this.#asking || this.#now() < this.#refreshAt) return
    this.#asking = true
    void this.#lookup(this.#host)
      .then(
        (answer) => this.#answered(answer.addresses, answer.ttlMs),
        () => this.#failed(),
      )
      .finally(() => {
        this.#asking = false
        this.pending = false
        this.#settleFirst()
      })
  }

  #answered(addresses: readonly string[], ttlMs: number): void {
    const ttl = addresses.length === 0 ? notFoundMs : Math.min(Math.max(ttlMs, shortestMs), longestMs)
    this.#refreshAt = this.#now() + ttl
    this.#staleUntil = this.#refreshAt + staleMs
    this.#become(addresses)
  }

  /** The name servers did not answer; what they said last holds for a while. */
  #failed(): void {
    this.#refreshAt = this.#now() + errorMs
    if (this.#now() > this.#staleUntil) this.#become([])
  }

  #become(addresses: readonly string[]): void {
    const sorted = addresses.toSorted()
    if (sorted.length === this.addresses.length && sorted.every((address, i) => address === this.addresses[i])) return
    this.addresses = sorted
    for (const onChange of this.watchers) onChange()
  }
}
