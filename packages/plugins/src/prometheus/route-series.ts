import type { Route, Service } from '@holdfast/entities'
import type { Counter, Exchange, Family, Histogram, Timing } from '@holdfast/plugin-kit'

export interface RequestFamilies {
  readonly bandwidth: Family<Counter> | undefined
  readonly requests: Family<Counter> | undefined
  readonly latencies:
    | { readonly request: Family<Histogram>; readonly upstream: Family<Histogram>; readonly kong: Family<Histogram> }
    | undefined
}

const WORKSPACE = 'default'

/**
 * The series of one route. Those without a consumer are kept at hand; with consumers there may be millions, so these are
 * looked up for every request.
 */
export class RouteSeries {
  readonly #service: string
  readonly #route: string
  readonly #families: RequestFamilies
  #requestLatency: Histogram | undefined
  #upstreamLatency: Histogram | undefined
  #kongLatency: Histogram | undefined
  /** By twice the status, plus one if the service answered. */
  readonly #byStatus: (Counter | undefined)[] = []
  #ingress: Counter | undefined
  #egress: Counter | undefined

  constructor(route: Route, service: Service | null, families: RequestFamilies) {
    this.#route = route.name ?? route.id
    this.#service = service ? (service.name ?? service.host) : ''
    this.#families = families
  }

  /** Counts a finished request. `consumer` is empty unless requests are counted by consumer. */
  record({ timing, response }: Exchange, consumer: string): undefined {
    if (this.#families.bandwidth) {
      if (timing.bytesReceived > 0) this.#received(consumer).add(timing.bytesReceived)
      if (timing.bytesSent > 0) this.#sent(consumer).add(timing.bytesSent)
    }
    if (this.#families.requests) this.#answered(response.status, response.source === 'service', consumer).add(1)
    if (this.#families.latencies) this.#timed(timing, this.#families.latencies)
    return undefined
  }

  #timed(timing: Timing, latencies: NonNullable<RequestFamilies['latencies']>): void {
    const { startedAt, accessEndedAt, upstreamHeadAt, finishedAt = startedAt } = timing
    this.#requestLatency ??= latencies.request.with(this.#service, this.#route, WORKSPACE)
    this.#requestLatency.observe(finishedAt - startedAt)
    this.#kongLatency ??= latencies.kong.with(this.#service, this.#route, WORKSPACE)
    this.#kongLatency.observe((accessEndedAt ?? finishedAt) - startedAt)
    if (accessEndedAt === undefined) return
    // Without an answer of the upstream, the whole time that was spent asking for one.
    this.#upstreamLatency ??= latencies.upstream.with(this.#service, this.#route, WORKSPACE)
    this.#upstreamLatency.observe((upstreamHeadAt ?? finishedAt) - accessEndedAt)
  }

  #received(consumer: string): Counter {
    if (consumer !== '') return this.#bandwidth('ingress', consumer)
    return (this.#ingress ??= this.#bandwidth('ingress', ''))
  }

  #sent(consumer: string): Counter {
    if (consumer !== '') return this.#bandwidth('egress', consumer)
    return (this.#egress ??= this.#bandwidth('egress', ''))
  }

  #bandwidth(direction: string, consumer: string): Counter {
    return this.#families.bandwidth!.with(this.#service, this.#route, direction, WORKSPACE, consumer)
  }

  #answered(status: number, byService: boolean, consumer: string): Counter {
    if (consumer !== '') return this.#requests(status, byService, consumer)
    const index = status * 2 + (byService ? 1 : 0)
    return (this.#byStatus[index] ??= this.#requests(status, byService, ''))
  }

  #requests(status: number, byService: boolean, consumer: string): Counter {
    const source = byService ? 'service' : 'kong'
    return this.#families.requests!.with(this.#service, this.#route, String(status), source, WORKSPACE, consumer)
  }
}
