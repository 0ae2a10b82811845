import { headerId } from '../http1/header-names.ts'
import { inOnePiece } from '../http1/latin1.ts'
import type { ProxyExchange } from './exchange.ts'
import type { Gateway } from './gateway.ts'

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
  const matched = match!.matchedPrefix
  const prefix = match!.route.row.strip_path && matched !== '/' ? matched : ''
  const via = first(exchange, id.via)
  const list = first(exchange, id.for)
  const trusts = gateway.realIp.trusted(downstream.ip)
  if (via === undefined && list === undefined && !trusts && request.httpVersion === '1.1') {
    return downstream.forwarded.begin + request.host + pathLines(request.rawPath, prefix)
  }
  const viaLine = `Via: ${via === undefined ? '' : `${via}, `}${request.httpVersion} ${gateway.product}\r\n`
  if (trusts) return viaLine + trustedLines(exchange, prefix)
  const address = list === undefined ? downstream.ip : `${list}, ${downstream.ip}`
  return (
    `${viaLine}X-Forwarded-For: ${address}\r\n${downstream.forwarded.rest}` +
    `X-Forwarded-Host: ${request.host}${pathLines(request.rawPath, prefix)}`
  )
}

function pathLines(path: string, prefix: string): string {
  if (prefix === '') return `\r\nX-Forwarded-Path: ${path}\r\n`
  return `\r\nX-Forwarded-Path: ${path}\r\nX-Forwarded-Prefix: ${prefix}\r\n`
}

function trustedLines(exchange: ProxyExchange, prefix: string): string {
  const { request, downstream } = exchange
  const list = first(exchange, id.for)
  const ip = exchange.client.forwardedIp
  const kept = first(exchange, id.prefix) ?? prefix
  return (
    `X-Forwarded-For: ${list === undefined ? ip : `${list}, ${downstream.ip}`}\r\n` +
    `X-Real-IP: ${ip}\r\n` +
    `X-Forwarded-Proto: ${first(exchange, id.proto) ?? request.scheme}\r\n` +
    `X-Forwarded-Port: ${first(exchange, id.port) ?? request.port}\r\n` +
    `X-Forwarded-Host: ${first(exchange, id.host) ?? request.host}\r\n` +
    `X-Forwarded-Path: ${first(exchange, id.path) ?? request.rawPath}\r\n` +
    (kept === '' ? '' : `X-Forwarded-Prefix: ${kept}\r\n`)
  )
}

/** What is the same in the forwarding lines of every request on an untrusted peer's connection. */
export interface ConnectionLines {
  /** The address, the scheme and the port. */
  readonly rest: string
  /** For most requests everything up to the value of `X-Forwarded-Host`. */
  readonly begin: string
}

export function connectionLines(gateway: Gateway, ip: string, scheme: string, port: number): ConnectionLines {
  const rest = `X-Real-IP: ${ip}\r\nX-Forwarded-Proto: ${scheme}\r\nX-Forwarded-Port: ${port}\r\n`
  return {
    rest: inOnePiece(rest),
    begin: inOnePiece(`${gateway.viaLine}X-Forwarded-For: ${ip}\r\n${rest}X-Forwarded-Host: `),
  }
}
