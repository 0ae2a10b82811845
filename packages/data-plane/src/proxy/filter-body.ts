import type { ProxyExchange } from './exchange.ts'
import { logPluginError } from './run-chain.ts'

/**
 * Runs the `bodyFilter` steps over a piece of the answer, each on what the one before gave. One that throws is logged and lets its
 * piece pass. `chunk` may be lent: a filter that keeps it must copy it.
 */
export function filterBody(exchange: ProxyExchange, chunk: Uint8Array, last: boolean): Uint8Array | null {
  let piece: Uint8Array | null = chunk
  for (const step of exchange.chain.bodyFilter) {
    if (piece === null) {
      if (!last) return null
      piece = nothing
    }
    try {
      piece = step(exchange, piece, last)
    } catch (error) {
      logPluginError(exchange, error)
    }
  }
  return piece
}

const nothing = new Uint8Array(0)
