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
  tries: MutableTry[] = []

  constructor(headBytes: number) {
    this.bytesReceived = headBytes
  }
}

export type MutableTry = { -readonly [K in keyof Try]: Try[K] }
