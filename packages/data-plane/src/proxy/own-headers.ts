import { headerId, headerSet } from '../http1/header-names.ts'
import type { ProxyExchange } from './exchange.ts'
import { httpDate } from './http-date.ts'
import type { ProxyResponse } from './response-head.ts'
import { now } from './timing.ts'

/** Lines that another gateway behind us may have sent and that ours take the place of. */
const replaced = headerSet(
  'via',
  'x-kong-request-id',
  'x-kong-upstream-latency',
  'x-kong-proxy-latency',
  'x-kong-upstream-status',
)

const server = headerId('server')
const date = headerId('date')
const via = headerId('via')
const noIds = new Uint8Array(replaced.length)

/**
 * Puts the gateway's own headers on an answer, after the plugins had their turn. An answer that came out of asking a service, be it
 * only an error, tells how long that took; one that the gateway gave itself tells its whole time. Kong's rules.
 */
export function addOwnHeaders(exchange: ProxyExchange, response: ProxyResponse): void {
  const { timing, gateway } = exchange
  const wanted = gateway.settings.responseHeaders
  const own: string[] = []
  const proxied = timing.tries.length > 0 && response.source !== 'exit'
  const lines = response.service?.lines
  if (proxied) {
    if (wanted.has('x-kong-upstream-latency')) {
      const until = timing.upstreamHeadAt ?? now()
      own.push('X-Kong-Upstream-Latency', milliseconds(until - (timing.upstreamSentAt ?? timing.accessEndedAt!)))
    }
    if (wanted.has('x-kong-proxy-latency')) {
      own.push('X-Kong-Proxy-Latency', milliseconds(timing.accessEndedAt! - timing.startedAt))
    }
    if (wanted.has('x-kong-upstream-status'))
      own.push('X-Kong-Upstream-Status', String(upstreamStatus(exchange, response)))
    if (wanted.has('via')) {
      const line = lines ? lines.findId(via) : -1
      own.push('Via', line < 0 ? `1.1 ${gateway.product}` : `${lines!.value(line)}, 1.1 ${gateway.product}`)
    }
  } else if (wanted.has('x-kong-response-latency')) {
    own.push('X-Kong-Response-Latency', milliseconds(now() - timing.startedAt))
  }
  if (wanted.has('server') && !(lines ? lines.findId(server) >= 0 : response.header('server')))
    own.push('Server', gateway.product)
  if (!(lines ? lines.findId(date) >= 0 : response.header('date'))) own.push('Date', httpDate())
  if (wanted.has('x-kong-request-id')) own.push('X-Kong-Request-Id', exchange.id)
  response.setOwn(proxied ? replaced : noIds, own)
}

function upstreamStatus(exchange: ProxyExchange, response: ProxyResponse): number {
  const last = exchange.timing.tries.at(-1)?.outcome
  return typeof last === 'number' ? last : response.status
}

function milliseconds(span: number): string {
  return String(span > 0 ? Math.floor(span) : 0)
}
