import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { Failure, type FailureKind } from '../failure.ts'
import { BodyDecoder } from '../http1/body-decoder.ts'
import { scanVerdict, unfinished } from '../http1/header-scan.ts'
import { requestScan, scanRequestHead } from '../http1/request-head.ts'
import type { DeadlineSweep, Swept } from '../upstream/deadline-sweep.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import { answerFailure, clientGone, clientWritable } from './answer.ts'
import { ProxyRequest } from './client-request.ts'
import { AnswerWriter } from './answer-writer.ts'
import { answerFraming, composeAnswer, composeSwitch } from './compose-answer.ts'
import type { Downstream } from './downstream.ts'
import { ProxyExchange } from './exchange.ts'
import { activity, type Activity } from './connection-counts.ts'
import { connectionLines, type ConnectionLines } from './forwarded-headers.ts'
import { finishExchange } from './finish-exchange.ts'
import type { Gateway } from './gateway.ts'
import type { Accepted } from './listen.ts'
import { readRequest, type ReadRequest } from './read-request.ts'
import { noRequestBody, RequestBody, type BodySource } from './request-body.ts'
import { beginExchange } from './route-request.ts'
import { Tunnel } from './tunnel.ts'
import { unreadableAnswer, verdictKind } from './unreadable-answer.ts'

/** One client connection speaking HTTP/1.1: requests one at a time, in order; what is sent ahead waits. */
export class ClientConnection implements Downstream, BodySource, Swept {
  readonly ip: string
  readonly port: number
  readonly proxiedIp: string | undefined
  readonly localPort: number
  readonly scheme: 'http' | 'https'
  readonly sni: string
  readonly localIp: string
  readonly number: number
  requests = 0
  readonly #socket: Socket
  readonly #gateway: Gateway
  readonly #sweep: DeadlineSweep
  readonly #onClosed: (connection: ClientConnection) => void
  readonly #decoder = new BodyDecoder()
  readonly #writer: AnswerWriter
  #activity: Activity = activity.waiting
  #deadline: number
  #exchange: ProxyExchange | undefined
  #read: ReadRequest | undefined
  /** The body being received, also while its exchange is already over. */
  #body: RequestBody | undefined
  /** Bytes not looked at yet: a head in pieces, or requests sent ahead. */
  #pending: Buffer | undefined
  #searched = 0
  #pumping = false
  #paused = false
  #keepAlive = true
  #continueDue = false
  #closing = false
  #closed = false
  #discarded = 0
  #tunnel: Tunnel | undefined
  #lines: ConnectionLines | undefined

  constructor(
    socket: Socket,
    accepted: Accepted,
    gateway: Gateway,
    sweep: DeadlineSweep,
    onClosed: (connection: ClientConnection) => void,
  ) {
    this.#socket = socket
    this.#writer = new AnswerWriter(socket)
    this.#gateway = gateway
    this.#sweep = sweep
    this.#onClosed = onClosed
    this.ip = plainAddress(socket.remoteAddress)
    this.port = socket.remotePort ?? 0
    this.proxiedIp = accepted.proxiedIp
    this.localPort = socket.localPort ?? 0
    this.localIp = plainAddress(socket.localAddress)
    this.number = gateway.stats.handled
    this.scheme = accepted.scheme
    const servername = accepted.scheme === 'https' ? (socket as TLSSocket).servername : ''
    this.sni = typeof servername === 'string' ? servername : ''
    sweep.add(this)
    // Spares every write of text the check of its encoding's name.
    socket.setDefaultEncoding('latin1')
    this.#deadline = sweep.now + gateway.limits.headMs
    gateway.stats.enter(activity.waiting)
    socket.on('data', this.#onData)
    socket.on('drain', this.#onDrain)
    socket.on('end', this.#onEnd)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
  }

  get forwarded(): ConnectionLines {
    return (this.#lines ??= connectionLines(this.#gateway, this.ip, this.scheme, this.localPort))
  }

  /** No request is being worked on. */
  get idle(): boolean {
    return this.#exchange === undefined && !this.#body && !this.#pending && !this.#closing
  }

  #become(next: Activity): void {
    if (next === this.#activity) return
    this.#gateway.stats.move(this.#activity, next)
    this.#activity = next
  }

  readonly #onData = (chunk: Buffer): void => {
    try {
      this.#take(chunk)
    } catch (error) {
      this.#pumping = false
      if (this.#exchange) return this.#gateway.defect(this.#exchange, error)
      this.#gateway.hooks.log.error({ err: error }, 'the gateway failed')
      this.#socket.destroy()
    }
  }

  #take(chunk: Buffer): void {
    if (this.#tunnel) {
      this.#refreshTunnel()
      this.#tunnel.fromClient(chunk)
    } else if (this.#body) this.#receiveBody(chunk, 0)
    else if (this.#closing) this.#discard(chunk.length)
    else {
      this.#pending = this.#pending ? Buffer.concat([this.#pending, chunk]) : chunk
      if (!this.#exchange) this.#pump()
      else if (this.#pending.length > this.#gateway.limits.heldBytes) this.#pause()
    }
  }

  /** Begins requests as long as there are whole heads and nobody is being answered. */
  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    while (this.#pending && !this.#exchange && !this.#body && !this.#closing) if (!this.#readHead(this.#pending)) break
    this.#pumping = false
    if (this.#paused && !this.#exchange && !this.#body) this.#resume()
  }

  /** Returns whether the connection went on. */
  #readHead(bytes: Buffer): boolean {
    const end = bytes.length
    // One empty line before a request is forgiven (RFC 9112 §2.2).
    const start = bytes[0] === 13 && bytes[1] === 10 ? 2 : 0
    if (this.#searched > 0 && bytes.indexOf(headEnd, Math.max(0, this.#searched - 3)) < 0) {
      const verdict = unfinished(start, this.#lastLine(bytes), end)
      this.#searched = end
      if (verdict !== scanVerdict.more) this.#refuse(verdictKind(verdict))
      return false
    }
    const head = scanRequestHead(bytes, start, end)
    if (typeof head === 'number') {
      if (head === scanVerdict.more) this.#awaitHead(end)
      else this.#refuse(verdictKind(head))
      return false
    }
    const bodyStart = requestScan.bodyStart
    const read = readRequest(head, this.localPort)
    if (typeof read === 'string') {
      this.#refuse(read)
      return false
    }
    this.#searched = 0
    this.#begin(read, bytes, bodyStart, bodyStart - start)
    return true
  }

  /** Part of a head is here: its time runs from its first byte. */
  #awaitHead(searched: number): void {
    this.#searched = searched
    if (this.#activity !== activity.waiting) return
    this.#become(activity.reading)
    this.#deadline = this.#sweep.now + this.#gateway.limits.headMs
  }

  #lastLine(bytes: Buffer): number {
    return bytes.lastIndexOf(10, this.#searched) + 1
  }

  #begin(read: ReadRequest, bytes: Buffer, bodyStart: number, headBytes: number): void {
    const { stats, limits } = this.#gateway
    stats.requests++
    this.requests++
    this.#writer.written = 0
    this.#read = read
    this.#keepAlive = read.keepAlive
    this.#continueDue = read.expectsContinue
    this.#decoder.begin(read.framing)
    const ended = this.#decoder.done
    const body = ended ? noRequestBody : new RequestBody(this, false, limits.heldBytes)
    const exchange = new ProxyExchange(
      this.#gateway,
      this,
      new ProxyRequest(read, this.localPort, this.scheme, body),
      headBytes,
    )
    this.#exchange = exchange
    if (ended) {
      this.#pending = bodyStart < bytes.length ? bytes.subarray(bodyStart) : undefined
      this.#become(activity.writing)
      this.#deadline = 0
    } else {
      this.#body = body
      this.#become(activity.reading)
      this.#pending = undefined
      this.#deadline = this.#sweep.now + limits.bodyMs
      if (bodyStart < bytes.length) this.#receiveBody(bytes, bodyStart)
    }
    if (!exchange.finished) beginExchange(exchange)
  }

  #receiveBody(bytes: Buffer, start: number): void {
    const body = this.#body!
    const exchange = this.#exchange
    const length = this.#decoder.decode(bytes, start, bytes.length)
    if (length < 0) return this.#bodyFailed('bad_request', 'broken chunk')
    const position = this.#decoder.position
    if (exchange) exchange.timing.bytesReceived += position - start
    else if ((this.#discarded += length) > this.#gateway.limits.discardBytes) return this.#socket.destroySoon()
    const most = this.#gateway.settings.clientMaxBodySize
    if (most > 0 && body.received + length > most)
      return this.#bodyFailed('body_too_large', 'the request body is too long')
    this.#continueDue = false
    this.#deadline = this.#sweep.now + this.#gateway.limits.bodyMs
    if (!this.#decoder.done) return body.push(bytes.subarray(start, start + length))
    this.#body = undefined
    this.#deadline = 0
    if (position < bytes.length) this.#pending = bytes.subarray(position)
    if (exchange) this.#become(activity.writing)
    body.push(bytes.subarray(start, start + length))
    body.end()
    if (!this.#exchange) this.#next()
  }

  #bodyFailed(kind: FailureKind, message: string): void {
    const failure = new Failure('client', kind, 'never', message)
    const exchange = this.#exchange
    this.#keepAlive = false
    const body = this.#body!
    this.#body = undefined
    this.#closing = true
    body.fail(failure)
    if (!exchange) return this.#socket.destroySoon()
    if (exchange.finished) return
    exchange.call?.abort()
    if (!exchange.answered) return answerFailure(exchange, failure)
    this.abort()
    finishExchange(exchange)
  }

  wanted(): void {
    if (!this.#continueDue) return
    this.#continueDue = false
    this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n')
  }

  #pause(): void {
    this.#paused = true
    this.#socket.pause()
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#socket.resume()
  }

  pauseBody(): void {
    this.#deadline = 0
    this.#pause()
  }

  resumeBody(): void {
    if (this.#body) this.#deadline = this.#sweep.now + this.#gateway.limits.bodyMs
    this.#resume()
  }

  get full(): boolean {
    return this.#socket.writableNeedDrain
  }

  get mayTunnel(): boolean {
    return this.#read!.upgrade
  }

  respond(exchange: ProxyExchange, length: number, body: Uint8Array | undefined, last: boolean): boolean {
    const framing = answerFraming(length, this.#read!.httpVersion === '1.1')
    if (framing === 'close' || !this.#mayKeepAlive()) this.#keepAlive = false
    const head = composeAnswer(exchange.response, framing, length, this.#keepAlive)
    return this.#afterWrite(this.#writer.begin(framing, head, body, last))
  }

  sendBody(chunk: Uint8Array): boolean {
    return this.#afterWrite(this.#writer.send(chunk))
  }

  endBody(trailers: string): void {
    this.#afterWrite(this.#writer.end(trailers))
  }

  /** Passes on whether bytes are still referred to. */
  #afterWrite(kept: boolean): boolean {
    if (this.#socket.writableNeedDrain) this.#deadline = this.#sweep.now + this.#gateway.limits.sendMs
    if (this.#exchange) this.#exchange.timing.bytesSent = this.#writer.written
    return kept
  }

  /** A body that has not arrived must end, and soon, before the next request can be read. */
  #mayKeepAlive(): boolean {
    if (this.#gateway.draining || this.#closing) return false
    if (!this.#body) return true
    const left = this.#decoder.left
    return !this.#continueDue && left !== undefined && left <= this.#gateway.limits.discardBytes
  }

  abort(): void {
    this.#socket.destroy()
  }

  tunnel(exchange: ProxyExchange, upstream: UpstreamConnection, first: Uint8Array | undefined): boolean {
    const tunnel = new Tunnel(this.#socket, upstream)
    this.#tunnel = tunnel
    this.#writer.begin('none', composeSwitch(exchange.response), undefined, false)
    this.#refreshTunnel()
    const early = this.#pending
    this.#pending = undefined
    if (early) tunnel.fromClient(early)
    this.#resume()
    return first ? this.sendTunnelBytes(first) : false
  }

  sendTunnelBytes(chunk: Uint8Array): boolean {
    this.#refreshTunnel()
    this.#exchange!.timing.bytesSent += chunk.length
    return this.#tunnel!.fromUpstream(chunk)
  }

  endTunnel(): void {
    this.#tunnel?.upstreamEnded()
  }

  /** As with nginx, a tunnel through which nothing passes for the service's read timeout is cut. */
  #refreshTunnel(): void {
    this.#deadline = this.#sweep.now + this.#exchange!.call!.service.timeouts.readMs
  }

  done(exchange: ProxyExchange): void {
    this.#exchange = undefined
    if (this.#closed) return
    if (this.#tunnel) return this.abort()
    if (this.#body) exchange.request.body.detach()
    if (!this.#keepAlive) return this.#closeSoon()
    if (this.#body) {
      this.#discarded = 0
      return this.resumeBody()
    }
    this.#next()
  }

  #next(): void {
    if (!this.#keepAlive) return this.#closeSoon()
    this.#become(activity.waiting)
    this.#deadline = this.#sweep.now + this.#gateway.limits.idleMs
    if (this.#gateway.draining && !this.#pending) return this.#closeSoon()
    if (this.#pending || this.#paused) this.#pump()
  }

  /**
   * The last answer is out. If the client may still be sending, its bytes are read and dropped for a while: closing on unread bytes
   * would reset the connection and take the answer with it.
   */
  #closeSoon(): void {
    this.#closing = true
    this.#pending = undefined
    if (!this.#body) return this.#socket.destroySoon()
    this.#body = undefined
    this.#discarded = 0
    this.#deadline = this.#sweep.now + lingerMs
    this.#socket.end()
    this.#resume()
  }

  #discard(length: number): void {
    this.#discarded += length
    if (this.#discarded > this.#gateway.limits.discardBytes) this.#socket.destroy()
  }

  #refuse(kind: FailureKind): void {
    const { status, text } = unreadableAnswer(kind, this.#gateway)
    this.#gateway.hooks.refused?.(status)
    this.#keepAlive = false
    this.#closing = true
    this.#pending = undefined
    this.#discarded = 0
    this.#deadline = this.#sweep.now + lingerMs
    this.#socket.end(text)
  }

  readonly #onDrain = (): void => {
    if (this.#tunnel) return this.#tunnel.clientWritable()
    this.#deadline = this.#body ? this.#sweep.now + this.#gateway.limits.bodyMs : 0
    if (this.#exchange) clientWritable(this.#exchange)
  }

  /** A client that closes its side before it has its answer is taken as gone, as Kong does. */
  readonly #onEnd = (): void => {
    if (this.#tunnel) return this.#tunnel.clientEnded()
    const exchange = this.#exchange
    if (exchange && !exchange.complete) {
      this.#keepAlive = false
      this.#body = undefined
      clientGone(exchange)
      this.#socket.destroy()
    } else if (exchange) this.#keepAlive = false
    else this.#socket.destroySoon()
  }

  /** `close` follows. */
  readonly #onError = (): void => undefined

  readonly #onClose = (): void => {
    this.#gateway.stats.leave(this.#activity)
    this.#sweep.delete(this)
    this.#closed = true
    this.#closing = true
    this.#pending = undefined
    this.#body = undefined
    this.#onClosed(this)
    if (this.#exchange) clientGone(this.#exchange)
  }

  sweep(now: number): void {
    if (this.#deadline === 0 || now < this.#deadline) return
    this.#deadline = 0
    // 408 is what the log shows; like nginx, nothing is said to a client that has fallen silent.
    if (this.#exchange) clientGone(this.#exchange, this.#body ? 408 : 499)
    this.#socket.destroy()
  }

  /** Closes an idle connection at once, and any other after the answer in progress. */
  drain(): void {
    if (this.idle) this.#closeSoon()
  }

  destroy(): void {
    this.#socket.destroy()
  }
}

const headEnd = Buffer.from('\r\n\r\n', 'latin1')
const lingerMs = 5000

/** IPv4 clients of a dual-stack listener are shown by their IPv4 address. */
function plainAddress(address: string | undefined): string {
  if (address === undefined) return ''
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}
