import type { Reply, Verdict } from '@holdfast/plugin-kit'
import { Failure } from '../failure.ts'
import type { ProxyExchange } from './exchange.ts'
import { failureReply } from './replies.ts'

type ReplyingStep = (exchange: ProxyExchange) => Verdict | Promise<Verdict>
type Done = (exchange: ProxyExchange, verdict: Verdict) => void

/** Runs steps in order until one replies. Stays on the stack unless a step really waits. */
export function runChain(steps: readonly ReplyingStep[], exchange: ProxyExchange, proceed: Done, from = 0): void {
  for (let i = from; i < steps.length; i++) {
    const verdict = attempt(steps[i]!, exchange)
    if (verdict === undefined) continue
    if (verdict instanceof Promise) {
      void verdict
        .catch((error: unknown) => pluginFailed(exchange, error))
        .then((reply) => {
          // The client may have gone while the plugin waited.
          if (exchange.finished) return
          if (reply) proceed(exchange, reply)
          else runChain(steps, exchange, proceed, i + 1)
        })
        .catch((error: unknown) => exchange.gateway.defect(exchange, error))
      return
    }
    return proceed(exchange, verdict)
  }
  proceed(exchange, undefined)
}

function attempt(step: ReplyingStep, exchange: ProxyExchange): Verdict | Promise<Verdict> {
  try {
    return step(exchange)
  } catch (error) {
    return pluginFailed(exchange, error)
  }
}

/** Runs steps that cannot reply. One that throws is logged; the others still run. */
export function runSilently(steps: readonly ((exchange: ProxyExchange) => undefined)[], exchange: ProxyExchange): void {
  for (let i = 0; i < steps.length; i++) {
    try {
      steps[i]!(exchange)
    } catch (error) {
      logPluginError(exchange, error)
    }
  }
}

export function pluginFailed(exchange: ProxyExchange, error: unknown): Reply {
  // A body that is too long or does not arrive is the client's fault, not the plugin's that asked for it.
  if (error instanceof Failure) return failureReply(exchange, error)
  logPluginError(exchange, error)
  return failureReply(exchange, new Failure('gateway', 'plugin_error', 'never', 'a plugin failed', error))
}

export function logPluginError(exchange: ProxyExchange, error: unknown): void {
  exchange.gateway.hooks.log.error(
    { err: error, request_id: exchange.id, route: exchange.route?.id, service: exchange.service?.id },
    'a plugin failed',
  )
}
