import type { Reply } from '@holdfast/plugin-kit'
import { Failure } from '../failure.ts'
import type { ResponseHead } from '../http1/response-head.ts'
import { collectAnswer, collectMore } from './collect-answer.ts'
import { wantsTrailers } from './compose-request.ts'
import { dropConnectionListed } from './connection-options.ts'
import { bodyLength } from './downstream.ts'
import type { ProxyExchange } from './exchange.ts'
import { filterBody } from './filter-body.ts'
import { finishExchange } from './finish-exchange.ts'
import { addOwnHeaders } from './own-headers.ts'
import { failureReply, renderError, withPage } from './replies.ts'
import { ProxyResponse } from './response-head.ts'
import { pluginFailed, runSilently } from './run-chain.ts'

/** The gateway's own error. */
export function answerFailure(exchange: ProxyExchange, failure: Failure): void {
  if (failure.kind === 'client_gone') return clientGone(exchange)
  answerReply(exchange, failureReply(exchange, failure), 'error')
}

/** An answer that no service gave. */
export function answerReply(exchange: ProxyExchange, given: Reply, source: 'exit' | 'error' = 'exit'): void {
  if (exchange.finished || exchange.answered) return
  const reply = given.error === undefined ? withPage(given) : renderError(exchange, given)
  const response = new ProxyResponse(source, reply.status, null)
  try {
    setHeaders(response, reply)
  } catch (error) {
    return answerReply(exchange, pluginFailed(exchange, error), 'error')
  }
  exchange.response = response
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body
  sendWhole(exchange, body ?? nothing)
}

function setHeaders(response: ProxyResponse, { headers }: Reply): void {
  for (const name in headers) {
    const value = headers[name]!
    if (typeof value === 'string') response.addHeader(name, value)
    else for (const each of value) response.addHeader(name, each)
  }
}

/** Something in the gateway itself threw: the request fails, the thread lives. */
export function answerDefect(exchange: ProxyExchange, error: unknown): void {
  exchange.gateway.hooks.log.error({ err: error, request_id: exchange.id }, 'the gateway failed')
  if (exchange.finished) return
  exchange.call?.abort()
  try {
    if (!exchange.answered) return answerReply(exchange, defectReply, 'error')
  } catch (again) {
    exchange.gateway.hooks.log.error({ err: again, request_id: exchange.id }, 'the gateway failed')
  }
  exchange.downstream.abort()
  finishExchange(exchange)
}

const defectReply: Reply = { status: 500, error: 'An unexpected error occurred' }

/** Sends `exchange.response` with a body that is all there. */
function sendWhole(exchange: ProxyExchange, given: Uint8Array): void {
  const { response, chain, downstream } = exchange
  runSilently(chain.headerFilter, exchange)
  let body = given
  if (chain.bodyFilter.length > 0) body = filterBody(exchange, given, true) ?? nothing
  addOwnHeaders(exchange, response)
  exchange.answered = true
  if (hasNoBody(exchange)) {
    const length = response.source === 'service' || mayNotHaveBody(response.status) ? bodyLength.none : body.length
    downstream.respond(exchange, length, undefined, true)
  } else downstream.respond(exchange, body.length, body, true)
  completed(exchange)
}

const nothing = new Uint8Array(0)

function mayNotHaveBody(status: number): boolean {
  return status < 200 || status === 204 || status === 304
}

function hasNoBody(exchange: ProxyExchange): boolean {
  return exchange.request.method === 'HEAD' || mayNotHaveBody(exchange.response.status)
}

/** The service's answer has begun. Returns whether bytes of `body` are still referred to. */
export function answerService(
  exchange: ProxyExchange,
  head: ResponseHead,
  body: Uint8Array | undefined,
  complete: boolean,
): boolean {
  const response = new ProxyResponse('service', head.status, head)
  exchange.response = response
  dropConnectionListed(head.lines, response)
  if (!wantsTrailers(exchange)) response.removeHeader('trailer')
  if (head.status === 101) return switchProtocols(exchange, body)
  if (exchange.chain.response.length > 0) {
    exchange.collected = collectAnswer()
    if (body) return collect(exchange, body, complete)
    if (complete) exchange.collected.finish(exchange, answerReply, sendWhole)
    return false
  }
  runSilently(exchange.chain.headerFilter, exchange)
  if (hasNoBody(exchange)) {
    addOwnHeaders(exchange, response)
    exchange.answered = true
    exchange.downstream.respond(exchange, bodyLength.none, undefined, true)
    if (!complete) exchange.call?.abort()
    completed(exchange)
    return false
  }
  let length = head.framing.length
  let first = body
  if (exchange.chain.bodyFilter.length > 0) {
    length = bodyLength.unknown
    if (body || complete) first = filterBody(exchange, body ?? nothing, complete) ?? undefined
  }
  addOwnHeaders(exchange, response)
  exchange.answered = true
  const trailers = complete ? trailersOf(exchange) : ''
  const kept = exchange.downstream.respond(exchange, length, first, complete && trailers === '')
  if (trailers !== '') exchange.downstream.endBody(trailers)
  if (complete) completed(exchange)
  else holdBack(exchange)
  return kept
}

function trailersOf(exchange: ProxyExchange): string {
  const trailers = exchange.call?.connection?.trailers ?? ''
  return trailers !== '' && wantsTrailers(exchange) ? trailers : ''
}

/** More of the service's body. Returns whether its bytes are still referred to. */
export function serviceBody(exchange: ProxyExchange, chunk: Uint8Array): boolean {
  if (exchange.finished) return false
  if (exchange.collected) return collect(exchange, chunk, false)
  let piece: Uint8Array | null = chunk
  if (exchange.chain.bodyFilter.length > 0) piece = filterBody(exchange, chunk, false)
  if (piece === null || piece.length === 0) return false
  const kept = exchange.downstream.sendBody(piece)
  holdBack(exchange)
  return kept
}

export function serviceDone(exchange: ProxyExchange): void {
  if (exchange.finished) return
  if (exchange.collected) return exchange.collected.finish(exchange, answerReply, sendWhole)
  if (exchange.chain.bodyFilter.length > 0) {
    const rest = filterBody(exchange, nothing, true)
    if (rest !== null && rest.length > 0) exchange.downstream.sendBody(rest)
  }
  exchange.downstream.endBody(trailersOf(exchange))
  completed(exchange)
}

/** The service was lost in the middle of its answer: the client must be able to see that it is not whole. */
export function serviceLost(exchange: ProxyExchange, failure: Failure): void {
  exchange.gateway.hooks.log.warn({ err: failure, request_id: exchange.id }, 'the service broke off its answer')
  exchange.downstream.abort()
  finishExchange(exchange)
}

function collect(exchange: ProxyExchange, chunk: Uint8Array, complete: boolean): boolean {
  const collected = exchange.collected!
  if (!collectMore(collected, chunk, exchange.gateway.limits.bufferedAnswerBytes)) {
    exchange.collected = undefined
    exchange.call?.abort()
    answerFailure(exchange, new Failure('upstream', 'bad_response', 'never', 'the answer is too long to be collected'))
  } else if (complete) collected.finish(exchange, answerReply, sendWhole)
  return false
}

function switchProtocols(exchange: ProxyExchange, first: Uint8Array | undefined): boolean {
  const { response } = exchange
  runSilently(exchange.chain.headerFilter, exchange)
  response.setHeader('Upgrade', 'websocket')
  addOwnHeaders(exchange, response)
  exchange.answered = true
  return exchange.downstream.tunnel(exchange, exchange.call!.connection!, first)
}

/** Stops reading from the service while the client does not keep up. */
function holdBack(exchange: ProxyExchange): void {
  if (exchange.downstream.full) exchange.call?.connection?.pause()
}

function completed(exchange: ProxyExchange): void {
  exchange.complete = true
  if (!exchange.downstream.full) finishExchange(exchange)
}

/** From the client's side: what was queued has gone out. */
export function clientWritable(exchange: ProxyExchange): void {
  if (exchange.complete) finishExchange(exchange)
  else exchange.call?.connection?.resume()
}

/** From the client's side: it closed its connection before it had its answer, or fell silent (408). `status` is what logs show. */
export function clientGone(exchange: ProxyExchange, status: 408 | 499 = 499): void {
  if (exchange.finished) return
  exchange.call?.abort()
  if (!exchange.answered) exchange.response = new ProxyResponse('error', status, null)
  finishExchange(exchange)
}
