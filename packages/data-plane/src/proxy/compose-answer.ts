import { headerSet } from '../http1/header-names.ts'
import { bodyLength } from './downstream.ts'
import type { ProxyResponse } from './response-head.ts'

const framingLines = headerSet('content-length')
const noLines = headerSet()

export type AnswerFraming = 'none' | 'length' | 'chunked' | 'close'

/** How a body of this length (or `bodyLength`) is framed for a client. */
export function answerFraming(length: number, http11: boolean): AnswerFraming {
  if (length === bodyLength.none) return 'none'
  if (length >= 0) return 'length'
  return http11 ? 'chunked' : 'close'
}

/** The head of an answer as latin1 text, empty line included. */
export function composeAnswer(
  response: ProxyResponse,
  framing: AnswerFraming,
  length: number,
  keepAlive: boolean,
): string {
  const { service } = response
  const connection = keepAlive ? 'Connection: keep-alive\r\n' : 'Connection: close\r\n'
  // Our own answers say it first, as nginx does, so that what they add (`Upgrade`) comes after it.
  if (service === null) {
    return (
      `HTTP/1.1 ${response.statusText}\r\n${connection}${response.render(framingLines)}` +
      `${framingLine(response, framing, length)}\r\n`
    )
  }
  // What the service said is passed on in as few pieces as can be: its own status line and length too, where they are still true.
  const sameStatus = service.http11 && service.status === response.status
  const sameLength = framing === 'length' && service.framing.length === length
  return (
    (sameStatus ? '' : `HTTP/1.1 ${response.statusText}\r\n`) +
    response.render(sameLength ? noLines : framingLines, sameStatus) +
    (sameLength ? '' : framingLine(response, framing, length)) +
    `${connection}\r\n`
  )
}

function framingLine(response: ProxyResponse, framing: AnswerFraming, length: number): string {
  switch (framing) {
    case 'length':
      return `Content-Length: ${length}\r\n`
    case 'chunked':
      return 'Transfer-Encoding: chunked\r\n'
    case 'close':
      return ''
    case 'none': {
      // An answer to HEAD, and a 304, may tell the length that the body would have.
      const announced = response.status === 204 || response.status < 200 ? undefined : response.announcedLength
      return announced === undefined ? '' : `Content-Length: ${announced}\r\n`
    }
  }
}

/** The head of a 101. */
export function composeSwitch(response: ProxyResponse): string {
  return `HTTP/1.1 ${response.statusText}\r\n${response.render(framingLines)}Connection: upgrade\r\n\r\n`
}
