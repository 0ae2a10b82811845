import type { ProxyExchange } from './exchange.ts'
import { runSilently } from './run-chain.ts'
import { now } from './timing.ts'

/** The end of every exchange, once: the balancer's report, the log phase, and the connection is free again. */
export function finishExchange(exchange: ProxyExchange): void {
  if (exchange.finished) return
  exchange.finished = true
  exchange.timing.finishedAt = now()
  exchange.call?.settle()
  runSilently(exchange.chain.log, exchange)
  runSilently(exchange.gateway.finishedSteps, exchange)
  exchange.downstream.done(exchange)
}
