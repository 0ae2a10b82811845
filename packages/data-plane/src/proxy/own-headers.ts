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
  const wanted = gateway.ownHeaders
  const lines = response.service?.lines
  const proxied = timing.tries.length > 0 && response.source !== 'exit'
  let own = ''
  if (proxied) {
    const until = timing.upstreamHeadAt ?? now()
    own = gateway.latencyLines.text(
      milliseconds(until - (timing.upstreamSentAt ?? timing.accessEndedAt!)),
      milliseconds(timing.accessEndedAt! - timing.startedAt),
    )
    if (wanted.upstreamStatus) own += `X-Kong-Upstream-Status: ${upstreamStatus(exchange, response)}\r\n`
    if (wanted.via) {
      const line = lines ? lines.findId(via) : -1
      own += line < 0 ? gateway.viaLine : `Via: ${lines!.value(line)}, ${gateway.viaValue}\r\n`
    }
  } else if (wanted.responseLatency) own += `X-Kong-Response-Latency: ${milliseconds(now() - timing.startedAt)}\r\n`
  if (wanted.server && !has(response, server, 'server')) own += gateway.serverLine
  if (!has(response, date, 'date')) own += `Date: ${httpDate()}\r\n`
  if (wanted.requestId) own += `X-Kong-Request-Id: ${exchange.id}\r\n`
  response.setOwn(proxied ? replaced : noIds, own)
}

/** Whether the service, or whoever made the answer instead, sent this header. */
function has(response: ProxyResponse, id: number, name: string): boolean {
  return response.service ? response.service.lines.findId(id) >= 0 : response.header(name) !== undefined
}

function upstreamStatus(exchange: ProxyExchange, response: ProxyResponse): number {
  const last = exchange.timing.tries.at(-1)?.outcome
  return typeof last === 'number' ? last : response.status
}

function milliseconds(span: number): number {
  return span > 0 ? Math.floor(span) : 0
}
