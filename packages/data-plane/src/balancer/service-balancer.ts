import type { Exchange } from '@holdfast/plugin-kit'
import type { Balancer, Peer, Pick } from './balancer.ts'
import { TargetSet } from './target-set.ts'
import type { UpstreamScheme } from './target-set.ts'
import type { Upstreams } from './upstreams.ts'

export interface ServiceAddress {
  readonly scheme: UpstreamScheme
  readonly host: string
  readonly port: number
}

/** Sends the requests of a service to the upstream that its host names or, if there is none of that name, to the host itself. */
export class ServiceBalancer implements Balancer {
  readonly address: ServiceAddress
  readonly #upstreams: Upstreams
  #itself: TargetSet | undefined
  #disposed = false

  constructor(address: ServiceAddress, upstreams: Upstreams) {
    this.address = address
    this.#upstreams = upstreams
  }

  pick(_exchange: Exchange, tried: readonly Peer[]): Pick | Promise<Pick> {
    const { scheme, host } = this.address
    const upstream = this.#upstreams.named(host)
    if (upstream) {
      this.#release()
      return upstream.pick(scheme, tried)
    }
    if (this.#disposed) return this.#pickOnce(tried)
    return (this.#itself ??= this.#watchItself()).pick(scheme, tried)
  }

  /** Outcomes matter to health checks only; without them Kong's round-robin remembers no failure either. */
  report(): void {}

  dispose(): void {
    this.#disposed = true
    this.#release()
  }

  /** A request that began before the balancer was disposed of may still need a peer; it must not leave anything watched. */
  #pickOnce(tried: readonly Peer[]): Pick | Promise<Pick> {
    const targets = this.#watchItself()
    const picked = targets.pick(this.address.scheme, tried)
    if (picked instanceof Promise) return picked.finally(() => targets.close())
    targets.close()
    return picked
  }

  #release(): void {
    this.#itself?.close()
    this.#itself = undefined
  }

  #watchItself(): TargetSet {
    const { host, port } = this.address
    const { resolver, startOffset } = this.#upstreams
    const targets = new TargetSet({ resolver, startOffset, emptyReason: 'unresolved' })
    targets.update([{ key: host, host, port, weight: 1 }])
    return targets
  }
}
