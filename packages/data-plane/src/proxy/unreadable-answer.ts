import type { FailureKind } from '../failure.ts'
import { scanVerdict } from '../http1/header-scan.ts'
import type { Gateway } from './gateway.ts'
import { httpDate } from './http-date.ts'
import { unreadableReply } from './replies.ts'
import { newRequestId } from './request-id.ts'
import { statusText } from './response-head.ts'

/** The whole answer, as latin1 text, to bytes that are no readable request. The connection is closed after it. */
export function unreadableAnswer(kind: FailureKind, gateway: Gateway): { status: number; text: string } {
  const id = newRequestId()
  const { status, headers, body } = unreadableReply(kind, id, gateway.settings.errorDefaultType)
  const wanted = gateway.settings.responseHeaders
  const text =
    `HTTP/1.1 ${statusText(status)}\r\n` +
    `Date: ${httpDate()}\r\n` +
    `Content-Type: ${String(headers!['Content-Type'])}\r\n` +
    `Content-Length: ${(body as string).length}\r\n` +
    'Connection: close\r\n' +
    (wanted.has('x-kong-response-latency') ? 'X-Kong-Response-Latency: 0\r\n' : '') +
    (wanted.has('server') ? `Server: ${gateway.product}\r\n` : '') +
    (wanted.has('x-kong-request-id') ? `X-Kong-Request-Id: ${id}\r\n` : '') +
    `\r\n${body as string}`
  return { status, text }
}

/** What is wrong with a head that the scanner refused. */
export function verdictKind(verdict: number): FailureKind {
  switch (verdict) {
    case scanVerdict.lineTooLong:
      return 'uri_too_long'
    case scanVerdict.headTooLarge:
      return 'head_too_large'
    case scanVerdict.version:
      return 'unsupported_version'
    default:
      return 'bad_request'
  }
}
