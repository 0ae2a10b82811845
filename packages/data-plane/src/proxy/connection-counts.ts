import type { ConnectionStats } from './connection-stats.ts'

/** What a connection is doing. Numbers, so that counting is an index into an array. */
export const activity = { waiting: 0, reading: 1, writing: 2 } as const
export type Activity = (typeof activity)[keyof typeof activity]

/** Keeps the statistics while connections come, go and change what they do. */
export class ConnectionCounts {
  accepted = 0
  handled = 0
  requests = 0
  readonly #now = new Int32Array(3)

  move(from: Activity, to: Activity): void {
    this.#now[from]!--
    this.#now[to]!++
  }

  enter(at: Activity): void {
    this.#now[at]!++
  }

  leave(at: Activity): void {
    this.#now[at]!--
  }

  snapshot(): ConnectionStats {
    const [waiting = 0, reading = 0, writing = 0] = this.#now
    const { accepted, handled, requests } = this
    return { accepted, handled, active: waiting + reading + writing, reading, writing, waiting, requests }
  }
}
