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
  const row = match!.route.row
  const matched = match!.matchedPrefix
  const prefix = row.strip_path && matched !== '/' ? matched : ''
  const viaLine =
    via === undefined && request.httpVersion === '1.1'
      ? gateway.viaLine
      : `Via: ${via === undefined ? '' : `${via}, `}${request.httpVersion} ${gateway.product}\r\n`
  if (gateway.realIp.trusted(downstream.ip)) return viaLine + trustedLines(exchange, prefix)
  const list = first(exchange, id.for)
  return (
    viaLine +
    (list === undefined ? '' : `X-Forwarded-For: ${list}, ${downstream.ip}\r\n`) +
    downstream.forwardedLines(list === undefined) +
    `X-Forwarded-Host: ${request.host}\r\nX-Forwarded-Path: ` +
    (prefix === '' ? `${request.rawPath}\r\n` : `${request.rawPath}\r\nX-Forwarded-Prefix: ${prefix}\r\n`)
  )
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

/** The part of the forwarding lines that is the same for every request of an untrusted peer's connection. */
export class ConnectionLines {
  readonly #rest: string
  readonly #all: string

  constructor(ip: string, scheme: string, port: number) {
    this.#rest = `X-Real-IP: ${ip}\r\nX-Forwarded-Proto: ${scheme}\r\nX-Forwarded-Port: ${port}\r\n`
    this.#all = `X-Forwarded-For: ${ip}\r\n${this.#rest}`
  }

  /** `withList`: including `X-Forwarded-For`, because the client sent none. */
  text(withList: boolean): string {
    return withList ? this.#all : this.#rest
  }
}
