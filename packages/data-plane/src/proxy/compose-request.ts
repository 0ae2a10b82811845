import { headerId } from '../http1/header-names.ts'
import { escapePath } from '../router/join-path.ts'
import type { ProxyExchange } from './exchange.ts'
import { forwardedLines } from './forwarded-headers.ts'
import { gatewayWritten, gatewayWrittenWithId } from './upstream-head.ts'

const te = headerId('te')

/** The request head for a service, as latin1 text without the empty line that ends it and without framing. */
export function composeRequest(exchange: ProxyExchange, host: string, upgrade: boolean): string {
  const { upstream, gateway } = exchange
  const sendId = gateway.settings.upstreamRequestId
  return (
    `${upstream.method} ${targetOf(exchange)} HTTP/1.1\r\nHost: ${host}` +
    (upgrade ? '\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n' : '\r\nConnection: keep-alive\r\n') +
    forwardedLines(exchange) +
    (sendId ? `X-Kong-Request-Id: ${exchange.id}\r\n` : '') +
    (wantsTrailers(exchange) ? 'TE: trailers\r\n' : '') +
    upstream.render(sendId ? gatewayWrittenWithId : gatewayWritten)
  )
}

function targetOf({ request, upstream }: ProxyExchange): string {
  const path = upstream.path === upstream.joinedPath ? upstream.path : escapePath(upstream.path)
  const { query } = upstream
  if (query === '') return request.emptyQuery ? `${path}?` : path
  return `${path}?${query === request.query ? query : escapeQuery(query)}`
}

/** A plugin may have put anything into the query; nothing may end the request line early. */
function escapeQuery(query: string): string {
  return query.replace(/[^!-~]/gu, (c) => encodeURIComponent(c))
}

/** Whether the client takes trailers. */
export function wantsTrailers({ request }: ProxyExchange): boolean {
  const { lines } = request
  const line = lines.findId(te)
  if (line < 0) return false
  return lines
    .value(line)
    .split(',')
    .some((option) => option.trim().toLowerCase() === 'trailers')
}
