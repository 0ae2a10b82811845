/** One keep-alive connection of the load generator, with at most one request in flight. */
import { connect, type Socket } from 'node:net'
import { createAnswerReader } from './answer-reader.ts'

export interface ConnectionEvents {
  /** It can take a request now: it was just opened, or the last answer is complete. */
  onIdle(connection: Connection): void
  /** The server closed it while idle; it opens itself again and then says `onIdle`. */
  onLost(connection: Connection): void
  /** A complete and correct answer. */
  onAnswer(connection: Connection): void
  /** A wrong or missing answer. */
  onFault(reason: string): void
}

export interface Connection {
  /** When the request in flight was due, for the measuring side to keep. */
  dueAt: number
  send(): void
  close(): void
}

export interface Target {
  readonly port: number
  readonly request: string
  readonly expectedBody: string
}

export function openConnection(target: Target, events: ConnectionEvents): Connection {
  let socket: Socket | undefined
  let waiting = false
  let closed = false

  const connection: Connection = {
    dueAt: 0,
    send() {
      waiting = true
      socket!.write(target.request, 'latin1')
    },
    close() {
      closed = true
      socket?.destroy()
    },
  }

  function open(): void {
    const opened = connect({ port: target.port, host: '127.0.0.1', noDelay: true })
    socket = opened
    let last = false
    const reader = createAnswerReader(target.expectedBody)
    opened.on('data', (chunk) => {
      const answer = reader.push(chunk)
      if (!waiting) {
        events.onFault('bytes that nobody asked for')
        opened.destroy()
      } else if (answer) {
        waiting = false
        last = answer.last
        if (answer.fault === undefined) events.onAnswer(connection)
        else events.onFault(answer.fault)
        if (last) opened.destroy()
        else if (!closed) events.onIdle(connection)
      }
    })
    opened.on('connect', () => events.onIdle(connection))
    opened.on('error', (error: NodeJS.ErrnoException) => {
      // What follows is 'close', which tells a lost request; only a failed connect is a fault of its own.
      if (error.syscall === 'connect') {
        closed = true
        events.onFault(`connect: ${error.code}`)
      }
    })
    opened.on('close', () => {
      if (closed) return
      if (waiting) {
        waiting = false
        events.onFault(reader.midway ? 'closed in the middle of an answer' : 'closed without an answer')
      } else if (!last) {
        events.onLost(connection)
      }
      open()
    })
  }

  open()
  return connection
}
