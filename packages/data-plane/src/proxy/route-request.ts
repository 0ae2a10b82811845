import type { Verdict } from '@holdfast/plugin-kit'
import type { MatchInput } from '../compile/runtime.ts'
import { Failure, type FailureKind } from '../failure.ts'
import { normalizePath } from '../router/normalize-path.ts'
import { answerFailure, answerReply } from './answer.ts'
import type { ProxyRequest } from './client-request.ts'
import type { ProxyExchange } from './exchange.ts'
import { forwardedHost, forwardedProto } from './forwarded-headers.ts'
import { grpcOnlyReply, grpcsOnlyReply, http2OnlyReply, httpsOnlyReply, unreadableReply } from './replies.ts'
import { runChain } from './run-chain.ts'
import { UpstreamCall } from './upstream-call.ts'

/** The life of a request begins here: `rewrite`, routing, `access`, then the service. */
export function beginExchange(exchange: ProxyExchange): void {
  const { request, gateway } = exchange
  // nginx answers these two itself.
  if (request.method === 'TRACE' || request.method === 'CONNECT') return refuse(exchange, 'method_not_allowed')
  if (!request.plainPath) {
    const path = normalizePath(request.rawPath)
    if (path === undefined) {
      // Found by nginx before it reads `Accept`.
      return answerReply(
        exchange,
        unreadableReply('bad_request', exchange.id, gateway.settings.errorDefaultType),
        'error',
      )
    }
    request.path = path
  }
  const most = gateway.settings.clientMaxBodySize
  if (most > 0 && request.bodyLength !== null && request.bodyLength > most) return refuse(exchange, 'body_too_large')
  runChain(exchange.chain.rewrite, exchange, routeExchange)
}

function refuse(exchange: ProxyExchange, kind: FailureKind): void {
  answerFailure(exchange, new Failure('client', kind, 'never', 'the request was refused'))
}

function routeExchange(exchange: ProxyExchange, verdict: Verdict): void {
  if (verdict) return answerReply(exchange, verdict)
  const match = exchange.runtime.match(new RouteQuery(exchange.request, exchange.downstream.sni))
  if (!match) return answerFailure(exchange, new Failure('gateway', 'no_route', 'never', 'no route'))
  exchange.match = match
  const wrongProtocol = protocolReply(exchange)
  if (wrongProtocol) return answerReply(exchange, wrongProtocol, 'error')
  exchange.chain = match.route.chain
  runChain(exchange.chain.access, exchange, askService)
}

function protocolReply(exchange: ProxyExchange): Verdict {
  const row = exchange.match!.route.row
  const { protocols } = row
  if (protocols.includes('http')) return undefined
  const { request } = exchange
  const proto = forwardedProto(exchange)
  if (protocols.includes('https') && proto !== 'https') {
    return httpsOnlyReply(row.https_redirect_status_code, forwardedHost(exchange), request.target)
  }
  const grpc = protocols.includes('grpc')
  if (!grpc && !protocols.includes('grpcs')) return undefined
  if (!request.header('content-type')?.startsWith('application/grpc')) return grpcOnlyReply
  if (request.httpVersion !== '2') return http2OnlyReply
  return !grpc && proto !== 'https' ? grpcsOnlyReply : undefined
}

function askService(exchange: ProxyExchange, verdict: Verdict): void {
  if (verdict) return answerReply(exchange, verdict)
  const service = exchange.match!.route.service
  // Kong runs such a route's plugins and, if none answers, finds no peer to ask.
  if (!service)
    return answerFailure(exchange, new Failure('gateway', 'no_healthy_peer', 'never', 'the route has no service'))
  const call = new UpstreamCall(exchange, service)
  exchange.call = call
  call.start()
}

/** A request as the router looks at it. */
class RouteQuery implements MatchInput {
  readonly method: string
  readonly host: string
  readonly port: number
  readonly path: string
  readonly scheme: 'http' | 'https'
  readonly sni: string
  readonly #request: ProxyRequest

  constructor(request: ProxyRequest, sni: string) {
    this.method = request.method
    this.host = request.host
    this.port = request.hostPort
    this.path = request.path
    this.scheme = request.scheme
    this.sni = sni
    this.#request = request
  }

  headerValues(lowerCaseName: string): readonly string[] {
    return this.#request.lines.values(lowerCaseName)
  }
}
