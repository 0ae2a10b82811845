import type { Socket } from 'node:net'
import { latin1 } from '../http1/latin1.ts'
import type { AnswerFraming } from './compose-answer.ts'

/** Bodies up to this many bytes travel as text with what stands before and after them: one write, and nothing refers to them. */
const inlineBytes = 4096

/** Puts one answer after another on a client's socket, whose default encoding is latin1. Methods return whether bytes given are still referred to. */
export class AnswerWriter {
  /** Bytes of the current answer. */
  written = 0
  readonly #socket: Socket
  #framing: AnswerFraming = 'none'

  constructor(socket: Socket) {
    this.#socket = socket
  }

  begin(framing: AnswerFraming, head: string, body: Uint8Array | undefined, last: boolean): boolean {
    this.#framing = framing
    const chunked = framing === 'chunked'
    if (body === undefined || body.length === 0) return this.#text(last && chunked ? `${head}0\r\n\r\n` : head)
    if (body.length <= inlineBytes) return this.#text(head + (chunked ? chunkText(body, last) : latin1(body)))
    this.#socket.cork()
    this.#text(head)
    this.#body(body, last)
    this.#socket.uncork()
    return this.#socket.writableLength > 0
  }

  send(chunk: Uint8Array): boolean {
    if (this.#framing === 'chunked' && chunk.length <= inlineBytes) return this.#text(chunkText(chunk, false))
    this.#socket.cork()
    this.#body(chunk, false)
    this.#socket.uncork()
    return this.#socket.writableLength > 0
  }

  end(trailers: string): boolean {
    return this.#framing === 'chunked' && this.#text(`0\r\n${trailers}\r\n`)
  }

  #body(body: Uint8Array, last: boolean): void {
    const chunked = this.#framing === 'chunked'
    if (chunked) this.#text(`${body.length.toString(16)}\r\n`)
    this.written += body.length
    this.#socket.write(body)
    if (chunked) this.#text(last ? '\r\n0\r\n\r\n' : '\r\n')
  }

  #text(text: string): false {
    this.written += text.length
    this.#socket.write(text)
    return false
  }
}

function chunkText(bytes: Uint8Array, last: boolean): string {
  return `${bytes.length.toString(16)}\r\n${latin1(bytes)}${last ? '\r\n0\r\n\r\n' : '\r\n'}`
}
