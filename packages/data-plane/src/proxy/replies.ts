import type { Reply } from '@holdfast/plugin-kit'
import type { Failure, FailureKind } from '../failure.ts'
import { errorBody, statusPage } from './error-bodies.ts'
import type { ProxyExchange } from './exchange.ts'

/** How a failure looks to the client: Kong's status and text. */
interface Look {
  readonly status: number
  readonly text: string
  /** Kong's own errors take JSON where `Accept` is missing; those that nginx raises take the configured default type. */
  readonly raisedBy: 'kong' | 'nginx'
}

const badRequest: Look = { status: 400, text: 'Bad request', raisedBy: 'nginx' }
const unexpected: Look = { status: 500, text: 'An unexpected error occurred', raisedBy: 'kong' }
const badGateway: Look = {
  status: 502,
  text: 'An invalid response was received from the upstream server',
  raisedBy: 'nginx',
}
const gatewayTimeout: Look = { status: 504, text: 'The upstream server is timing out', raisedBy: 'nginx' }

const looks: Readonly<Record<FailureKind, Look>> = {
  bad_request: badRequest,
  method_not_allowed: { status: 405, text: 'Method not allowed', raisedBy: 'nginx' },
  uri_too_long: { status: 414, text: 'URI too long', raisedBy: 'nginx' },
  head_too_large: { status: 400, text: 'Request header or cookie too large', raisedBy: 'nginx' },
  body_too_large: { status: 413, text: 'Payload too large', raisedBy: 'nginx' },
  unsupported_encoding: { status: 501, text: 'Not Implemented', raisedBy: 'nginx' },
  unsupported_version: { status: 505, text: 'HTTP Version Not Supported', raisedBy: 'nginx' },
  client_timeout: { status: 408, text: 'Request timeout', raisedBy: 'nginx' },
  // Nobody reads it; the status is what logs show.
  client_gone: { status: 499, text: '', raisedBy: 'nginx' },
  no_route: { status: 404, text: 'no Route matched with those values', raisedBy: 'kong' },
  unresolved: { status: 503, text: 'name resolution failed', raisedBy: 'kong' },
  no_healthy_peer: { status: 503, text: 'failure to get a peer from the ring-balancer', raisedBy: 'kong' },
  connect_failed: badGateway,
  connect_timeout: gatewayTimeout,
  tls_failed: badGateway,
  read_timeout: gatewayTimeout,
  write_timeout: gatewayTimeout,
  reset: badGateway,
  bad_response: badGateway,
  plugin_error: unexpected,
}

export function failureStatus(failure: Failure): number {
  return looks[failure.kind].status
}

export function failureReply(exchange: ProxyExchange, failure: Failure): Reply {
  const look = looks[failure.kind]
  if (look.raisedBy === 'kong') return { status: look.status, error: look.text }
  const { request, gateway } = exchange
  const accept = request.header('accept') ?? request.header('content-type') ?? gateway.settings.errorDefaultType
  if (accept.startsWith('application/grpc')) {
    return { status: look.status, headers: { 'Content-Type': jsonType }, body: JSON.stringify({ message: look.text }) }
  }
  return rendered(look.status, look.text, exchange.id, accept)
}

/** Turns `Reply.error` into a body by the request's `Accept`. */
export function renderError(exchange: ProxyExchange, reply: Reply): Reply {
  const { body, headers } = rendered(
    reply.status,
    reply.error!,
    exchange.id,
    exchange.request.header('accept') ?? 'application/json',
  )
  return { status: reply.status, headers: { ...headers, ...reply.headers }, body: body! }
}

function rendered(status: number, text: string, requestId: string, accept: string): Reply {
  const { contentType, body } = errorBody(text, requestId, accept)
  return { status, headers: { 'Content-Type': contentType }, body }
}

const jsonType = 'application/json; charset=utf-8'

/** The answer to bytes that are no readable request: there is no `Accept` to follow, and no exchange. */
export function unreadableReply(kind: FailureKind, requestId: string, defaultType: string): Reply {
  const { status, text } = looks[kind]
  if (status === 501 || status === 505) {
    return { status, headers: { 'Content-Type': 'text/html; charset=UTF-8' }, body: statusPage(`${status} ${text}`) }
  }
  return rendered(status, text, requestId, defaultType)
}

/** Statuses for which nginx has a page of its own where nobody gave a body, and Kong has no error of its own. */
const pageTitles: Readonly<Record<number, string>> = {
  401: '401 Authorization Required',
  402: '402 Payment Required',
  403: '403 Forbidden',
  406: '406 Not Acceptable',
  409: '409 Conflict',
  410: '410 Gone',
  415: '415 Unsupported Media Type',
  416: '416 Requested Range Not Satisfiable',
  421: '421 Misdirected Request',
  429: '429 Too Many Requests',
  501: '501 Not Implemented',
  505: '505 HTTP Version Not Supported',
  507: '507 Insufficient Storage',
}

/** A reply without a body, with nginx's page where it has one. */
export function withPage(reply: Reply): Reply {
  const title = reply.body === undefined ? pageTitles[reply.status] : undefined
  if (title === undefined) return reply
  const headers = { 'Content-Type': 'text/html; charset=UTF-8', ...reply.headers }
  return { status: reply.status, headers, body: statusPage(title) }
}

const redirectTitles: Readonly<Record<number, string>> = {
  301: '301 Moved Permanently',
  302: '302 Found',
  307: '307 Temporary Redirect',
  308: '308 Permanent Redirect',
}

/** What a route that demands https answers to http. */
export function httpsOnlyReply(status: number, host: string, target: string): Reply {
  const title = redirectTitles[status]
  if (title === undefined) {
    return {
      status: 426,
      headers: { Connection: 'Upgrade', Upgrade: 'TLS/1.2, HTTP/1.1' },
      error: 'Please use HTTPS protocol',
    }
  }
  return {
    status,
    // nginx names the charset only for the newer two.
    headers: {
      'Content-Type': status < 307 ? 'text/html' : 'text/html; charset=UTF-8',
      Location: `https://${host}${target}`,
    },
    body: statusPage(title),
  }
}

export const grpcOnlyReply: Reply = { status: 415, error: 'Non-gRPC request matched gRPC route' }

export const http2OnlyReply: Reply = {
  status: 426,
  headers: { Connection: 'Upgrade', Upgrade: 'HTTP/2' },
  error: 'Please use HTTP2 protocol',
}

export const grpcsOnlyReply: Reply = {
  status: 200,
  headers: {
    'Content-Type': 'application/grpc',
    'grpc-status': '1',
    'grpc-message': 'gRPC request matched gRPCs route',
  },
}
