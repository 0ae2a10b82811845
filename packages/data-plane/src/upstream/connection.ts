import type { Socket } from 'node:net'
import { Failure } from '../failure.ts'
import { BodyDecoder } from '../http1/body-decoder.ts'
import { scanVerdict } from '../http1/header-scan.ts'
import { responseScan, scanResponseHead, type ResponseHead } from '../http1/response-head.ts'
import { openSocket, type Reader, type TlsSessions } from './connect.ts'
import type { DeadlineSweep, Swept } from './deadline-sweep.ts'
import type { Endpoint, UpstreamTimeouts } from './endpoint.ts'
import { ReadBuffer } from './read-buffer.ts'

/**
 * Learns what becomes of one request. Bytes are lent for the time of the call; a method that returns true says that it still
 * refers to them afterwards. After `complete` or `onFailure` nothing more is called.
 */
export interface ResponseSink {
  onConnected(): void
  onHead(head: ResponseHead, body: Uint8Array | undefined, complete: boolean): boolean
  onBody(chunk: Uint8Array, complete: boolean): boolean
  /** Bytes of the tunnel after a 101. */
  onTunnelBytes(chunk: Uint8Array): boolean
  onTunnelEnd(): void
  /** The request's bytes that were queued have gone out. */
  onWritable(): void
  onFailure(failure: Failure): void
}

/** Where a connection goes when its response is complete and it may serve again. */
export interface ConnectionHome {
  putBack(connection: UpstreamConnection): void
  /** The connection is closed. */
  forget(connection: UpstreamConnection): void
}

type Phase = 'connecting' | 'idle' | 'sending' | 'head' | 'body' | 'tunnel' | 'closed'

/** One connection to a service: a request at a time, its response parsed as strictly as a client's request. */
export class UpstreamConnection implements Reader, Swept {
  readonly socket: Socket
  /** Requests begun on it. */
  served = 0
  idleSince = 0
  readonly #home: ConnectionHome
  readonly #sweep: DeadlineSweep
  readonly #buffer = new ReadBuffer()
  readonly #decoder = new BodyDecoder()
  #phase: Phase = 'connecting'
  #sink: ResponseSink | null
  #timeouts: UpstreamTimeouts
  #deadline = 0
  #toHead = false
  #mayUpgrade = false
  #requestSent = false
  #blocked = false
  #paused = false
  #keepAlive = false
  #partialHead: Buffer | null = null
  #error: Error | undefined

  constructor(
    endpoint: Endpoint,
    sessions: TlsSessions,
    home: ConnectionHome,
    sweep: DeadlineSweep,
    sink: ResponseSink,
    timeouts: UpstreamTimeouts,
  ) {
    this.#home = home
    this.#sweep = sweep
    this.#sink = sink
    this.#timeouts = timeouts
    this.socket = openSocket(endpoint, this, sessions)
    this.socket.once(endpoint.tls ? 'secureConnect' : 'connect', this.#onConnect)
    this.socket.on('drain', this.#onDrain)
    this.socket.on('end', this.#onEnd)
    this.socket.on('error', (error: Error) => (this.#error ??= error))
    this.socket.on('close', this.#onClose)
    // Spares every write of text the check of its encoding's name.
    this.socket.setDefaultEncoding('latin1')
    sweep.add(this)
    this.#deadline = sweep.after(timeouts.connectMs)
  }

  get connected(): boolean {
    return this.#phase !== 'connecting' && this.#phase !== 'closed'
  }

  /** Whether an earlier request was served on it: it may then have died while it was idle. */
  get reused(): boolean {
    return this.served > 1
  }

  /** Takes an idle connection for another request. */
  adopt(sink: ResponseSink, timeouts: UpstreamTimeouts): void {
    this.#sink = sink
    this.#timeouts = timeouts
    this.#deadline = 0
  }

  /**
   * Sends the head, as latin1 text that may include a small body. `last`: nothing follows. Returns false when the peer does not
   * keep up; `onWritable` tells when it does.
   */
  begin(text: string, last: boolean, toHead: boolean, mayUpgrade: boolean): boolean {
    this.served++
    this.#phase = 'sending'
    this.#toHead = toHead
    this.#mayUpgrade = mayUpgrade
    this.#requestSent = false
    this.#keepAlive = false
    const room = this.socket.write(text)
    if (last) this.#sent()
    return room || this.#block()
  }

  write(chunk: Uint8Array | string, last: boolean): boolean {
    if (this.#phase === 'closed') return true
    const room = this.socket.write(chunk)
    if (last) this.#sent()
    return room || this.#block()
  }

  #sent(): void {
    this.#requestSent = true
    if (this.#phase === 'sending') this.#phase = 'head'
    this.#deadline = this.#sweep.after(this.#timeouts.readMs)
  }

  #block(): false {
    this.#blocked = true
    this.#deadline = this.#sweep.after(this.#timeouts.writeMs)
    return false
  }

  /** Stops reading until `resume`: whoever takes the response is behind. */
  pause(): void {
    this.#paused = true
    this.#deadline = 0
    this.socket.pause()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    if (this.#requestSent) this.#deadline = this.#sweep.after(this.#timeouts.readMs)
    this.socket.resume()
  }

  /** Gives the request up; nothing more is called on its sink. */
  abort(): void {
    this.#sink = null
    this.#close()
  }

  /** Closes an idle connection. */
  close(): void {
    if (this.#phase === 'idle') this.#close()
  }

  #close(): void {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    this.#sweep.delete(this)
    this.#home.forget(this)
    this.socket.destroy()
  }

  sweep(now: number): void {
    if (this.#deadline === 0 || now < this.#deadline) return
    if (this.#phase === 'connecting') this.#fail('connect_timeout', 'safe', 'no connection in time')
    else if (this.#blocked) this.#fail('write_timeout', 'never', 'the service did not take the request in time')
    else if (this.#requestSent) this.#fail('read_timeout', 'never', 'the service did not answer in time')
  }

  nextBuffer(): Uint8Array {
    return this.#buffer.next()
  }

  onRead(length: number, buffer: Uint8Array): void {
    this.#buffer.filled(length)
    const sink = this.#sink
    if (this.#phase === 'tunnel' && sink) {
      if (sink.onTunnelBytes(buffer.subarray(0, length))) this.#buffer.giveAway()
      return
    }
    // Bytes that answer no request: whatever they are, the next request must not read them.
    if (!sink || this.#phase === 'idle' || this.#phase === 'connecting') return this.#close()
    if (this.#requestSent && !this.#paused) this.#deadline = this.#sweep.after(this.#timeouts.readMs)
    const bytes = buffer as Buffer
    if (this.#phase === 'body') this.#readBody(sink, bytes, 0, length)
    else if (this.#partialHead) {
      const whole = Buffer.concat([this.#partialHead, bytes.subarray(0, length)])
      this.#readHead(sink, whole, whole.length, false)
    } else this.#readHead(sink, bytes, length, true)
  }

  #readHead(sink: ResponseSink, bytes: Buffer, end: number, lent: boolean): void {
    let start = 0
    for (;;) {
      const head = scanResponseHead(bytes, start, end, this.#toHead)
      if (typeof head === 'number') {
        if (head !== scanVerdict.more)
          return this.#fail('bad_response', 'never', 'the service answered with a malformed head')
        this.#partialHead = lent || start > 0 ? Buffer.from(bytes.subarray(start, end)) : bytes
        return
      }
      this.#partialHead = null
      start = responseScan.bodyStart
      if (head.status === 101) return this.#switch(sink, head, bytes, start, end)
      if (head.status < 200) continue
      return this.#takeHead(sink, head, bytes, start, end)
    }
  }

  #takeHead(sink: ResponseSink, head: ResponseHead, bytes: Buffer, start: number, end: number): void {
    const decoder = this.#decoder
    decoder.begin(head.framing)
    this.#keepAlive = head.keepAlive
    this.#phase = 'body'
    let body: Uint8Array | undefined
    if (!decoder.done && start < end) {
      const length = decoder.decode(bytes, start, end)
      if (length < 0) return this.#fail('bad_response', 'never', 'the service sent a broken chunk')
      if (length > 0) body = bytes.subarray(start, start + length)
      start = decoder.position
    }
    const complete = decoder.done
    if (complete) this.#finish(start === end)
    if (sink.onHead(head, body, complete)) this.#buffer.giveAway()
  }

  #readBody(sink: ResponseSink, bytes: Buffer, start: number, end: number): void {
    const length = this.#decoder.decode(bytes, start, end)
    if (length < 0) return this.#fail('bad_response', 'never', 'the service sent a broken chunk')
    const complete = this.#decoder.done
    if (complete) this.#finish(this.#decoder.position === end)
    else if (length === 0) return
    if (sink.onBody(bytes.subarray(start, start + length), complete)) this.#buffer.giveAway()
  }

  /** Trailers of the response that has just been completed. */
  get trailers(): string {
    return this.#decoder.trailers
  }

  #switch(sink: ResponseSink, head: ResponseHead, bytes: Buffer, start: number, end: number): void {
    if (!this.#mayUpgrade)
      return this.#fail('bad_response', 'never', 'the service switched protocols without being asked')
    this.#phase = 'tunnel'
    this.#deadline = 0
    this.#sweep.delete(this)
    if (sink.onHead(head, start < end ? bytes.subarray(start, end) : undefined, false)) this.#buffer.giveAway()
  }

  /** The response is complete: back to the pool, before anybody is told, so that the next request finds it there. */
  #finish(clean: boolean): void {
    this.#sink = null
    this.#deadline = 0
    if (clean && this.#keepAlive && this.#requestSent && !this.#blocked && !this.socket.readableEnded) {
      this.#phase = 'idle'
      if (this.#paused) {
        this.#paused = false
        this.socket.resume()
      }
      this.#home.putBack(this)
    } else this.#close()
  }

  #fail(
    kind:
      'connect_failed' | 'connect_timeout' | 'tls_failed' | 'read_timeout' | 'write_timeout' | 'reset' | 'bad_response',
    retry: Failure['retry'],
    message: string,
  ): void {
    const sink = this.#sink
    const cause = this.#error
    this.#sink = null
    this.#close()
    sink?.onFailure(new Failure('upstream', kind, retry, message, cause))
  }

  readonly #onConnect = (): void => {
    if (this.#phase !== 'connecting') return
    this.#phase = 'idle'
    this.#deadline = 0
    if (this.#sink) this.#sink.onConnected()
    else this.#home.putBack(this)
  }

  readonly #onDrain = (): void => {
    if (!this.#blocked) return
    this.#blocked = false
    this.#deadline = this.#requestSent && !this.#paused ? this.#sweep.after(this.#timeouts.readMs) : 0
    this.#sink?.onWritable()
  }

  readonly #onEnd = (): void => {
    const sink = this.#sink
    if (this.#phase === 'tunnel' && sink) return sink.onTunnelEnd()
    if (this.#phase === 'body' && sink && this.#decoder.endOfInput()) {
      this.#keepAlive = false
      this.#finish(true)
      sink.onBody(noBytes, true)
      return
    }
    this.#lost()
  }

  readonly #onClose = (): void => this.#lost()

  #lost(): void {
    if (this.#phase === 'closed') return
    if (this.#phase === 'connecting') {
      const tls = this.#error !== undefined && !('syscall' in this.#error)
      return this.#fail(
        tls ? 'tls_failed' : 'connect_failed',
        'safe',
        this.#error?.message ?? 'the connection was closed',
      )
    }
    const untouched = this.reused && this.#phase !== 'body' && !this.#partialHead
    this.#fail(
      'reset',
      untouched ? 'reused_connection_only' : 'never',
      this.#error?.message ?? 'the service closed the connection',
    )
  }
}

const noBytes = new Uint8Array(0)
