import type { Target, UpstreamRow } from '@holdfast/entities'
import type { Logger } from '@holdfast/plugin-kit'
import type { Resolver } from './resolver.ts'
import { TargetSet } from './target-set.ts'
import type { TargetAddress } from './target-set.ts'

export interface UpstreamsOptions {
  readonly resolver: Resolver
  readonly log: Logger
  /** Differs between threads. */
  readonly startOffset: number
}

/** The upstreams that services may name as their host, with their targets. */
export class Upstreams {
  readonly resolver: Resolver
  readonly startOffset: number
  readonly #log: Logger
  readonly #byId = new Map<string, { readonly name: string; readonly targets: TargetSet }>()
  readonly #byName = new Map<string, TargetSet>()
  readonly #warned = new Set<string>()

  constructor({ resolver, log, startOffset }: UpstreamsOptions) {
    this.resolver = resolver
    this.startOffset = startOffset
    this.#log = log
  }

  named(name: string): TargetSet | undefined {
    return this.#byName.get(name)
  }

  /** Takes an upstream in or brings it up to date; targets that did not change keep their turns. */
  put(row: UpstreamRow, targets: readonly Target[]): void {
    this.#warnOfAlgorithm(row)
    const known = this.#byId.get(row.id)
    const set =
      known?.targets ??
      new TargetSet({ resolver: this.resolver, startOffset: this.startOffset, emptyReason: 'no_healthy_peer' })
    // Another upstream may have taken the old name already.
    if (known && this.#byName.get(known.name) === set) this.#byName.delete(known.name)
    this.#byId.set(row.id, { name: row.name, targets: set })
    this.#byName.set(row.name, set)
    set.update(targets.map(parseTarget), row.host_header ?? undefined)
  }

  delete(id: string): void {
    const known = this.#byId.get(id)
    if (!known) return
    known.targets.close()
    this.#byId.delete(id)
    if (this.#byName.get(known.name) === known.targets) this.#byName.delete(known.name)
  }

  /** Id of the upstream that holds a target. */
  ownerOf(targetId: string): string | undefined {
    for (const [id, { targets }] of this.#byId) if (targets.has(targetId)) return id
    return undefined
  }

  /** Deletes every upstream that is not among these. */
  keepOnly(ids: { has(id: string): boolean }): void {
    for (const id of this.#byId.keys()) if (!ids.has(id)) this.delete(id)
  }

  #warnOfAlgorithm({ id, name, algorithm }: UpstreamRow): void {
    if (algorithm === 'round-robin' || !algorithm || this.#warned.has(`${id} ${algorithm}`)) return
    this.#warned.add(`${id} ${algorithm}`)
    this.#log.warn({ upstream: name, algorithm }, 'this algorithm is not there yet: requests go round-robin')
  }
}

/** `host:port` or `[ipv6]:port`, as the control plane stores it. */
export function parseTarget({ id, target, weight }: Target): TargetAddress {
  const colon = target.lastIndexOf(':')
  return { key: id, host: target.slice(0, colon), port: Number(target.slice(colon + 1)), weight: weight ?? 100 }
}
