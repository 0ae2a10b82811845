import { headerId } from '../http1/header-names.ts'
import type { ProxyExchange } from './exchange.ts'

const id = {
  via: headerId('via'),
  for: headerId('x-forwarded-for'),
  proto: headerId('x-forwarded-proto'),
  host: headerId('x-forwarded-host'),
  port: headerId('x-forwarded-port'),
  path: headerId('x-forwarded-path'),
  prefix: headerId('x-forwarded-prefix'),
} as const

function first(exchange: ProxyExchange, header: number): string | undefined {
  const { lines } = exchange.request
  const line = lines.findId(header)
  return line < 0 ? undefined : lines.value(line)
}

/** A forwarding header of the peer's, if the peer is trusted to send one. */
function trusted(exchange: ProxyExchange, header: number): string | undefined {
  return exchange.gateway.realIp.trusted(exchange.downstream.ip) ? first(exchange, header) : undefined
}

export function forwardedProto(exchange: ProxyExchange): string {
  return trusted(exchange, id.proto) ?? exchange.request.scheme
}

export function forwardedHost(exchange: ProxyExchange): string {
  return trusted(exchange, id.host) ?? exchange.request.host
}

/**
 * The lines that tell the service about the client: `Via` and `X-Forwarded-*` as Kong writes them. Headers of a trusted peer are kept,
 * others replaced, except the address list, which only grows. Of repeated headers the first counts.
 */
export function forwardedLines(exchange: ProxyExchange): string {
  const { request, downstream, gateway, match } = exchange
  const via = first(exchange, id.via)
  const list = first(exchange, id.for)
  const row = match!.route.row
  const matched = match!.matchedPrefix
  let prefix = row.strip_path && matched !== '/' ? matched : ''
  let host = request.host
  let proto: string = request.scheme
  let port: string | number = request.port
  let path = request.rawPath
  if (gateway.realIp.trusted(downstream.ip)) {
    host = first(exchange, id.host) ?? host
    proto = first(exchange, id.proto) ?? proto
    port = first(exchange, id.port) ?? port
    path = first(exchange, id.path) ?? path
    prefix = first(exchange, id.prefix) ?? prefix
  }
  const own = `${request.httpVersion} ${gateway.product}`
  const ip = gateway.realIp.trusted(downstream.ip) ? exchange.client.forwardedIp : downstream.ip
  return (
    `Via: ${via === undefined ? own : `${via}, ${own}`}\r\n` +
    `X-Forwarded-For: ${list === undefined ? ip : `${list}, ${downstream.ip}`}\r\n` +
    `X-Forwarded-Proto: ${proto}\r\n` +
    `X-Forwarded-Host: ${host}\r\n` +
    `X-Forwarded-Port: ${port}\r\n` +
    `X-Forwarded-Path: ${path}\r\n` +
    (prefix === '' ? '' : `X-Forwarded-Prefix: ${prefix}\r\n`) +
    `X-Real-IP: ${ip}\r\n`
  )
}
