import type { Peer, Pick } from './balancer.ts'
import { hostHeaderFor } from './host-header.ts'
import type { Resolver, WatchedName } from './resolver.ts'
import { WeightedTurns } from './weighted-turns.ts'

/** A host and port with its share of requests. */
export interface TargetAddress {
  /** What tells targets apart: the row's id. */
  readonly key: string
  readonly host: string
  readonly port: number
  readonly weight: number
}

export interface TargetSetOptions {
  readonly resolver: Resolver
  /** Turns to let pass at first, so that threads and nodes do not all begin with the same target. */
  readonly startOffset: number
  /** What a request is told if there is nobody to ask. */
  readonly emptyReason: 'unresolved' | 'no_healthy_peer'
}

export type UpstreamScheme = 'http' | 'https'

/** One address of a target. Its peers differ in the port that goes without saying in their `Host` header. */
interface Address {
  readonly ip: string
  readonly target: Target
  readonly peers: { readonly http: Peer; readonly https: Peer }
}

interface Target extends TargetAddress {
  readonly name: WatchedName
  addresses: Address[]
}

/** The addresses of some targets, by turns. Every address of a name has the weight of its target, as in Kong. */
export class TargetSet {
  readonly #options: TargetSetOptions
  readonly #targets = new Map<string, Target>()
  readonly #turns = new WeightedTurns<Address>()
  #hostHeader: string | undefined
  #started = false

  constructor(options: TargetSetOptions) {
    this.#options = options
  }

  has(key: string): boolean {
    return this.#targets.has(key)
  }

  /** Takes in what is new, lets go what is not there any more, and leaves the rest its turns. */
  update(targets: readonly TargetAddress[], hostHeader?: string): void {
    const sameHeader = hostHeader === this.#hostHeader
    this.#hostHeader = hostHeader
    const wanted = new Map(targets.map((target) => [target.key, target]))
    for (const [key, target] of this.#targets) {
      const next = wanted.get(key)
      if (
        sameHeader &&
        next &&
        next.host === target.host &&
        next.port === target.port &&
        next.weight === target.weight
      ) {
        wanted.delete(key)
      } else this.#remove(key, target)
    }
    for (const target of wanted.values()) this.#add(target)
  }

  /** Prefers peers that were not tried; when all were, goes round again. */
  pick(scheme: UpstreamScheme, tried: readonly Peer[]): Pick | Promise<Pick> {
    const passOver = ({ peers }: Address) => tried.includes(peers.http) || tried.includes(peers.https)
    if (!this.#started && this.#turns.size > 0) this.#start()
    const address =
      this.#turns.next(tried.length > 0 ? passOver : never) ?? (tried.length > 0 ? this.#turns.next(never) : undefined)
    if (address) {
      address.target.name.touch()
      return { peer: address.peers[scheme] }
    }
    return this.#wait(scheme, tried)
  }

  close(): void {
    for (const [key, target] of this.#targets) this.#remove(key, target)
  }

  #wait(scheme: UpstreamScheme, tried: readonly Peer[]): Pick | Promise<Pick> {
    const pending: Promise<void>[] = []
    for (const { name, weight } of this.#targets.values()) {
      name.touch()
      if (name.pending && weight > 0) pending.push(name.firstAnswer)
    }
    if (pending.length === 0) return { peer: undefined, reason: this.#options.emptyReason }
    return Promise.race(pending).then(() => this.pick(scheme, tried))
  }

  #start(): void {
    this.#started = true
    for (let i = this.#options.startOffset % this.#turns.size; i > 0; i--) this.#turns.next(never)
  }

  #add(address: TargetAddress): void {
    const { resolver } = this.#options
    const name = resolver.watch(address.host, () => this.#refresh(target))
    const target: Target = { ...address, name, addresses: [] }
    this.#targets.set(address.key, target)
    this.#refresh(target)
  }

  #remove(key: string, target: Target): void {
    this.#targets.delete(key)
    target.name.close()
    for (const address of target.addresses) this.#turns.set(address, 0)
  }

  #refresh(target: Target): void {
    const { addresses } = target.name
    for (const gone of target.addresses.filter(({ ip }) => !addresses.includes(ip))) this.#turns.set(gone, 0)
    const kept = target.addresses.filter(({ ip }) => addresses.includes(ip))
    const added = addresses
      .filter((ip) => !kept.some((address) => address.ip === ip))
      .map((ip): Address => ({ ip, target, peers: this.#peers(target, ip) }))
    for (const address of added) this.#turns.set(address, target.weight)
    target.addresses = [...kept, ...added]
  }

  #peers({ host, port }: TargetAddress, ip: string): Address['peers'] {
    const name = this.#hostHeader ?? host
    const peer = (scheme: UpstreamScheme): Peer => ({ name, ip, port, hostHeader: hostHeaderFor(scheme, name, port) })
    const http = peer('http')
    // The same object wherever nothing differs, so that connections are shared.
    return { http, https: port === 80 || port === 443 ? peer('https') : http }
  }
}

const never = () => false
