/** Reads the answers on one connection, one request in flight, and compares each with what it must be, byte for byte. */

/** What a complete answer was; `fault` says why it does not count. */
export interface ReadAnswer {
  readonly fault: string | undefined
  /** The server closes the connection after this answer. */
  readonly last: boolean
}

export interface AnswerReader {
  /** The answer, if it is complete now. */
  push(chunk: Buffer): ReadAnswer | undefined
  /** Whether a part of an answer has arrived. */
  readonly midway: boolean
}

const LARGEST_HEAD = 64 * 1024

export function createAnswerReader(expectedBody: string): AnswerReader {
  let pending = ''

  /** What belongs to which request is unknown, so nothing after it can be trusted. */
  function unreadable(fault: string): ReadAnswer {
    pending = ''
    return { fault, last: true }
  }

  function findFault(head: string, body: string): string | undefined {
    if (!head.startsWith('HTTP/1.1 200 ')) return firstLine(head)
    if (body !== expectedBody) return `200 with another body: ${body.slice(0, 60)}`
    return undefined
  }

  return {
    push(chunk) {
      pending += chunk.toString('latin1')
      const headEnd = pending.indexOf('\r\n\r\n')
      if (headEnd < 0) {
        return pending.length > LARGEST_HEAD ? unreadable('an endless head') : undefined
      }
      const head = pending.slice(0, headEnd + 2)
      const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1]
      // The upstream sends a length, so a gateway has no reason for another framing; without one the end cannot be checked.
      if (length === undefined) return unreadable(`an answer without Content-Length: ${firstLine(head)}`)
      const end = headEnd + 4 + Number(length)
      if (pending.length < end) return undefined
      if (pending.length > end) return unreadable(`more than was asked for after ${firstLine(head)}`)
      const body = pending.slice(headEnd + 4)
      pending = ''
      return { fault: findFault(head, body), last: /\r\nconnection: *close\r\n/i.test(head) }
    },
    get midway() {
      return pending !== ''
    },
  }
}

function firstLine(head: string): string {
  return head.slice(0, Math.max(0, head.indexOf('\r\n'))).slice(0, 80)
}
