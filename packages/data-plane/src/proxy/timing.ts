import { performance } from 'node:perf_hooks'
import type { Timing, Try } from '@holdfast/plugin-kit'

// The global of that name is a getter that is asked each time.
const origin = performance.timeOrigin

/** Milliseconds since the epoch with a fraction, steady while the process lives. */
export function now(): number {
  return origin + performance.now()
}

export class ExchangeTiming implements Timing {
  readonly startedAt: number = now()
  accessEndedAt: number | undefined
  /** When the request went to the upstream the last time. */
  upstreamSentAt: number | undefined
  upstreamHeadAt: number | undefined
  finishedAt: number | undefined
  bytesReceived: number
  bytesSent = 0
  tries: readonly MutableTry[] = noTries

  constructor(headBytes: number) {
    this.bytesReceived = headBytes
  }

  /** Nearly always the only one, and a literal takes no more room than it needs. */
  addTry(attempt: MutableTry): void {
    this.tries = this.tries.length === 0 ? [attempt] : [...this.tries, attempt]
  }
}

const noTries: readonly MutableTry[] = []

export type MutableTry = { -readonly [K in keyof Try]: Try[K] }
