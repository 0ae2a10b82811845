import { inOnePiece } from '../http1/latin1.ts'
import type { OwnHeaders } from './gateway.ts'

const upstreamKept = 128
const proxyKept = 8

/** The two latency headers. Most answers are quick, so the texts of small numbers are made once. */
export class LatencyLines {
  readonly #wanted: OwnHeaders
  readonly #kept: (string | undefined)[] = Array.from({ length: upstreamKept * proxyKept }, () => undefined)

  constructor(wanted: OwnHeaders) {
    this.#wanted = wanted
  }

  /** Whole milliseconds. */
  text(upstream: number, proxy: number): string {
    if (upstream >= upstreamKept || proxy >= proxyKept) return this.#make(upstream, proxy)
    return (this.#kept[upstream * proxyKept + proxy] ??= inOnePiece(this.#make(upstream, proxy)))
  }

  #make(upstream: number, proxy: number): string {
    return (
      (this.#wanted.upstreamLatency ? `X-Kong-Upstream-Latency: ${upstream}\r\n` : '') +
      (this.#wanted.proxyLatency ? `X-Kong-Proxy-Latency: ${proxy}\r\n` : '')
    )
  }
}
