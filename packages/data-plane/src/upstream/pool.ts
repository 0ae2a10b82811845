import { UpstreamConnection, type ConnectionHome, type ResponseSink } from './connection.ts'
import type { TlsSessions } from './connect.ts'
import type { DeadlineSweep, Swept } from './deadline-sweep.ts'
import type { Endpoint, UpstreamTimeouts } from './endpoint.ts'

export interface KeepAlive {
  /** Idle connections kept per endpoint; 0 keeps none. */
  readonly poolSize: number
  /** Requests after which a connection is closed; 0 for no limit. */
  readonly maxRequests: number
  /** 0 for no limit. */
  readonly idleTimeoutMs: number
}

/** The connections to one endpoint that wait for a request, the one used last on top. */
export class Pool implements ConnectionHome, TlsSessions, Swept {
  session: Buffer | undefined
  readonly #endpoint: Endpoint
  readonly #keepAlive: KeepAlive
  readonly #deadlines: DeadlineSweep
  readonly #idleSweep: DeadlineSweep
  readonly #idle: UpstreamConnection[] = []
  #open = 0
  #closed = false

  constructor(endpoint: Endpoint, keepAlive: KeepAlive, deadlines: DeadlineSweep, idleSweep: DeadlineSweep) {
    this.#endpoint = endpoint
    this.#keepAlive = keepAlive
    this.#deadlines = deadlines
    this.#idleSweep = idleSweep
  }

  /** A connection that was used before, or a new one that will call `onConnected`. */
  take(sink: ResponseSink, timeouts: UpstreamTimeouts): UpstreamConnection {
    const idle = this.#idle.pop()
    if (!idle) {
      this.#open++
      return new UpstreamConnection(this.#endpoint, this, this, this.#deadlines, sink, timeouts)
    }
    idle.adopt(sink, timeouts)
    return idle
  }

  putBack(connection: UpstreamConnection): void {
    const { poolSize, maxRequests } = this.#keepAlive
    if (this.#closed || poolSize === 0 || (maxRequests > 0 && connection.served >= maxRequests))
      return connection.close()
    connection.idleSince = this.#deadlines.now
    if (this.#idle.push(connection) === 1) this.#idleSweep.add(this)
    if (this.#idle.length > poolSize) this.#idle.shift()!.close()
  }

  forget(connection: UpstreamConnection): void {
    this.#open--
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
  }

  /** Whether it has no connection at all, idle or in use. */
  get empty(): boolean {
    return this.#open === 0
  }

  sweep(now: number): void {
    const { idleTimeoutMs } = this.#keepAlive
    while (idleTimeoutMs > 0 && this.#idle.length > 0 && this.#idle[0]!.idleSince < now - idleTimeoutMs) {
      this.#idle.shift()!.close()
    }
    if (this.#idle.length === 0) this.#idleSweep.delete(this)
  }

  close(): void {
    this.#closed = true
    for (const connection of this.#idle.splice(0)) connection.close()
  }
}
