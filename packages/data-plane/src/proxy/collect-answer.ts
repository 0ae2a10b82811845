import type { Reply, Verdict } from '@holdfast/plugin-kit'
import type { ProxyExchange } from './exchange.ts'
import { runChain } from './run-chain.ts'

type AnswerReply = (exchange: ProxyExchange, reply: Reply) => void
type SendWhole = (exchange: ProxyExchange, body: Uint8Array) => void

/** A service's answer that is collected because a plugin of the route has a `response` phase. */
export interface Collected {
  readonly chunks: Uint8Array[]
  size: number
  /** The answer is whole: runs the `response` phase and sends what comes of it. */
  finish(exchange: ProxyExchange, reply: AnswerReply, send: SendWhole): void
}

export function collectAnswer(): Collected {
  return {
    chunks: [],
    size: 0,
    finish(exchange, reply, send) {
      exchange.collected = undefined
      const body = Buffer.concat(this.chunks)
      const steps = exchange.chain.response.map(
        (step) =>
          (of: ProxyExchange): Verdict | Promise<Verdict> =>
            step(of, body),
      )
      runChain(steps, exchange, (of, verdict) => (verdict ? reply(of, verdict) : send(of, body)))
    },
  }
}

/** Copies a lent chunk; false if the answer has become longer than `limit`. */
export function collectMore(collected: Collected, chunk: Uint8Array, limit: number): boolean {
  collected.size += chunk.length
  if (collected.size > limit) return false
  collected.chunks.push(Uint8Array.from(chunk))
  return true
}
