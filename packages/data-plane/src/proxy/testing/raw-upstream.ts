import { createServer, type AddressInfo, type Socket } from 'node:net'
import { rawHeaders } from './raw-headers.ts'

export interface SeenRequest {
  /** Head and body as received, latin1. */
  readonly text: string
  readonly head: string
  readonly body: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** Which connection it came on, from 1. */
  readonly connection: number
  readonly socket: Socket
}

export interface RawUpstream extends AsyncDisposable {
  readonly port: number
  /** Every request, in order of arrival. */
  readonly seen: SeenRequest[]
  /** Everything that arrived on each connection, whole requests or not. */
  readonly raw: string[]
  readonly sockets: Socket[]
}

export const okAnswer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** A service made of a socket: what `answer` returns is written as it is; `undefined` leaves the socket to it. */
export function startRawUpstream(
  answer: (request: SeenRequest) => string | Buffer | undefined = () => okAnswer,
  onConnection: (socket: Socket, number: number) => void = () => undefined,
): Promise<RawUpstream> {
  const seen: SeenRequest[] = []
  const raw: string[] = []
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    const connection = sockets.push(socket)
    raw.push('')
    let pending = ''
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      raw[connection - 1] += chunk.toString('latin1')
      pending += chunk.toString('latin1')
      for (;;) {
        const request = takeRequest(pending)
        if (!request) return
        pending = pending.slice(request.text.length)
        const whole = { ...request, connection, socket }
        seen.push(whole)
        const reply = answer(whole)
        if (reply !== undefined) socket.write(reply)
      }
    })
    onConnection(socket, connection)
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        seen,
        raw,
        sockets,
        async [Symbol.asyncDispose]() {
          for (const socket of sockets) socket.destroy()
          await new Promise((done) => server.close(done))
        },
      })
    })
  })
}

function takeRequest(text: string): Omit<SeenRequest, 'connection' | 'socket'> | undefined {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = text.slice(0, headEnd)
  const headers = rawHeaders(head)
  let end = headEnd + 4
  if (headers['transfer-encoding'] === 'chunked') {
    const last = text.indexOf('0\r\n\r\n', end)
    if (last < 0) return undefined
    end = last + 5
  } else end += Number(headers['content-length'] ?? 0)
  if (text.length < end) return undefined
  return { text: text.slice(0, end), head, body: text.slice(headEnd + 4, end), headers }
}
