import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { rawHeaders } from './raw-headers.ts'

export interface Answer {
  readonly status: number
  readonly head: string
  /** Lower-case names; several lines of a name are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** Payload, latin1. */
  readonly body: string
  readonly trailers: string
}

/** A client made of a socket: says exactly the bytes it is told, and reads answers one after another. */
export class RawClient implements AsyncDisposable {
  readonly socket: Socket
  /** Everything received, latin1. */
  received = ''
  closed = false
  #unread = ''
  #wake: (() => void)[] = []

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1')
      this.received += text
      this.#unread += text
      this.#awaken()
    })
    socket.on('error', () => undefined)
    socket.on('end', () => this.#end())
    socket.on('close', () => this.#end())
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  #end(): void {
    this.closed = true
    this.#awaken()
  }

  #awaken(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }

  send(text: string | Buffer): void {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
  }

  /** The next answer; rejects if the connection ends before it is whole. */
  async answer(toHead = false): Promise<Answer> {
    for (;;) {
      const found = takeAnswer(this.#unread, toHead, this.closed)
      if (found) {
        this.#unread = this.#unread.slice(found.length)
        return found.answer
      }
      if (this.closed) throw new Error(`the connection ended after ${JSON.stringify(this.#unread.slice(0, 500))}`)
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  /** Resolves when the other side has ended; with what was received and not read as an answer. */
  async end(): Promise<string> {
    while (!this.closed) await new Promise<void>((resolve) => this.#wake.push(resolve))
    return this.#unread
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy()
  }
}

/** Opens a connection, sends, reads one answer, closes. */
export async function ask(port: number, bytes: string | Buffer, toHead = false): Promise<Answer> {
  await using client = await RawClient.open(port)
  client.send(bytes)
  return await client.answer(toHead)
}

function takeAnswer(text: string, toHead: boolean, closed: boolean): { answer: Answer; length: number } | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = text.slice(0, headEnd)
  const status = Number(head.slice(9, 12))
  const headers = rawHeaders(head)
  const start = headEnd + 4
  const done = (body: string, end: number, trailers = '') => ({
    answer: { status, head, headers, body, trailers },
    length: end,
  })
  if (toHead || status < 200 || status === 204 || status === 304) return done('', start)
  if (headers['transfer-encoding'] === 'chunked') {
    let body = ''
    for (let at = start; ;) {
      const lineEnd = text.indexOf('\r\n', at)
      if (lineEnd < 0) return undefined
      const size = Number.parseInt(text.slice(at, lineEnd), 16)
      if (size === 0) {
        const last = text.startsWith('\r\n', lineEnd + 2) ? lineEnd : text.indexOf('\r\n\r\n', lineEnd)
        if (last < 0 || text.length < last + 4) return undefined
        return done(body, last + 4, text.slice(lineEnd + 2, last))
      }
      if (text.length < lineEnd + 4 + size) return undefined
      body += text.slice(lineEnd + 2, lineEnd + 2 + size)
      at = lineEnd + 4 + size
    }
  }
  const length = headers['content-length']
  if (length === undefined) return closed ? done(text.slice(start), text.length) : undefined
  const end = start + Number(length)
  return text.length < end ? undefined : done(text.slice(start, end), end)
}
