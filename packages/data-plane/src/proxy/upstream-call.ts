import { Failure } from '../failure.ts'
import type { Peer, Pick } from '../balancer/balancer.ts'
import type { CompiledService } from '../compile/runtime.ts'
import { latin1 } from '../http1/latin1.ts'
import type { ResponseHead } from '../http1/response-head.ts'
import type { ResponseSink, UpstreamConnection } from '../upstream/connection.ts'
import { answerFailure, answerService, serviceBody, serviceDone, serviceLost } from './answer.ts'
import { composeRequest } from './compose-request.ts'
import type { ProxyExchange } from './exchange.ts'
import type { BodySink } from './request-body.ts'
import { mayRetry, type RetryFacts } from './retry.ts'
import { now, type MutableTry } from './timing.ts'

/** Asks a service: picks peers, sends the request, tries again where that is safe, and hands the response to `answer.ts`. */
export class UpstreamCall implements ResponseSink, BodySink {
  readonly service: CompiledService
  connection: UpstreamConnection | undefined
  readonly #exchange: ProxyExchange
  #tried: readonly Peer[] = noPeers
  #peer: Peer | undefined
  #host = ''
  #try: MutableTry | undefined
  /** Tries that count against `retries`. */
  #counted = 0
  #replayedAfterReuse = false
  #startedConnecting = 0
  #chunked = false
  #reported = true
  #over = false

  constructor(exchange: ProxyExchange, service: CompiledService) {
    this.#exchange = exchange
    this.service = service
  }

  /** Small bodies are received whole before a peer is asked, unless the route says otherwise: the request can then be sent again. */
  start(): void {
    const { request, match, gateway, upstream } = this.#exchange
    const { body } = request
    if (upstream.body) {
      body.detach()
      this.#pick()
    } else if (body.ended || match!.route.row.request_buffering === false) this.#pick()
    else {
      body.waitFor(gateway.limits.heldBytes, () => {
        if (this.#over) return
        if (body.failure) this.#giveUp(body.failure)
        else this.#pick()
      })
    }
  }

  #pick(): void {
    const picked = this.service.balancer.pick(this.#exchange, this.#tried)
    if (picked instanceof Promise) {
      picked.then((pick) => this.#over || this.#picked(pick)).catch((error: unknown) => this.#defect(error))
    } else this.#picked(picked)
  }

  #picked(pick: Pick): void {
    if (!pick.peer) return this.#giveUp(new Failure('gateway', pick.reason, 'never', 'there is no peer to ask'))
    const { peer } = pick
    this.#peer = peer
    this.#tried = this.#tried.length === 0 ? [peer] : [...this.#tried, peer]
    this.#counted++
    this.#reported = false
    this.#connect(peer)
  }

  #connect(peer: Peer): void {
    const exchange = this.#exchange
    const { pools } = exchange.gateway
    this.#host = exchange.upstream.host || peer.hostHeader
    const startedAt = now()
    exchange.timing.accessEndedAt ??= startedAt
    this.#startedConnecting = startedAt
    this.#try = { ip: peer.ip, port: peer.port, startedAt, connectMs: undefined, outcome: undefined }
    exchange.timing.addTry(this.#try)
    const { tls, timeouts } = this.service
    const pool = tls ? pools.secure(peer, tls, serverName(this.#host)) : pools.plain(peer)
    const connection = pool.take(this, timeouts)
    this.connection = connection
    if (connection.connected) {
      this.#try.connectMs = 0
      this.#send(connection, startedAt)
    }
  }

  onConnected(): void {
    const at = now()
    this.#try!.connectMs = at - this.#startedConnecting
    try {
      this.#send(this.connection!, at)
    } catch (error) {
      this.#defect(error)
    }
  }

  #defect(error: unknown): void {
    this.#exchange.gateway.defect(this.#exchange, error)
  }

  #send(connection: UpstreamConnection, at: number): void {
    const exchange = this.#exchange
    const { request, upstream, timing } = exchange
    timing.upstreamSentAt = at
    const upgrade = exchange.downstream.mayTunnel
    const head = composeRequest(exchange, this.#host, upgrade)
    const toHead = upstream.method === 'HEAD'
    const { body } = request
    const whole = upstream.body ?? (body.replayable ? body.whole() : undefined)
    if (whole) {
      const framing = request.bodyless && !upstream.body ? '\r\n' : `Content-Length: ${whole.length}\r\n\r\n`
      if (whole.length <= inlineBytes) {
        connection.begin(head + framing + latin1(whole), true, toHead, upgrade)
      } else {
        connection.socket.cork()
        connection.begin(head + framing, false, toHead, upgrade)
        connection.write(whole, true)
        connection.socket.uncork()
      }
      return
    }
    this.#chunked = request.bodyLength === null
    const framing = this.#chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${request.bodyLength}`
    connection.begin(`${head}${framing}\r\n\r\n`, false, toHead, upgrade)
    body.stream(this)
  }

  onBodyChunk(chunk: Uint8Array): boolean {
    const connection = this.connection!
    if (!this.#chunked) return connection.write(chunk, false)
    const { socket } = connection
    socket.cork()
    connection.write(`${chunk.length.toString(16)}\r\n`, false)
    connection.write(chunk, false)
    const room = connection.write('\r\n', false)
    socket.uncork()
    return room
  }

  onBodyEnd(): void {
    this.connection!.write(this.#chunked ? '0\r\n\r\n' : '', true)
  }

  onWritable(): void {
    this.#exchange.request.body.resume()
  }

  onHead(head: ResponseHead, body: Uint8Array | undefined, complete: boolean): boolean {
    this.#exchange.timing.upstreamHeadAt = now()
    this.#try!.outcome = head.status
    if (complete) this.#over = true
    try {
      return answerService(this.#exchange, head, body, complete)
    } catch (error) {
      this.#defect(error)
      return false
    }
  }

  onBody(chunk: Uint8Array, complete: boolean): boolean {
    try {
      const kept = chunk.length > 0 && serviceBody(this.#exchange, chunk)
      if (complete) {
        this.#over = true
        serviceDone(this.#exchange)
      }
      return kept
    } catch (error) {
      this.#defect(error)
      return false
    }
  }

  onTunnelBytes(chunk: Uint8Array): boolean {
    return this.#exchange.downstream.sendTunnelBytes(chunk)
  }

  onTunnelEnd(): void {
    this.#exchange.downstream.endTunnel()
  }

  onFailure(failure: Failure): void {
    const exchange = this.#exchange
    if (this.#over || exchange.finished) return
    try {
      this.#failed(exchange, failure)
    } catch (error) {
      this.#defect(error)
    }
  }

  #failed(exchange: ProxyExchange, failure: Failure): void {
    this.#try!.outcome ??= outcomeOf(failure)
    if (exchange.answered && exchange.response.status === 101) return exchange.downstream.endTunnel()
    if (exchange.answered) {
      this.#over = true
      this.#report({ kind: 'tcp_failure' })
      return serviceLost(exchange, failure)
    }
    const facts: RetryFacts = {
      method: exchange.upstream.method,
      untouched: exchange.upstream.body !== undefined || exchange.request.body.untouched,
      replayable: exchange.upstream.body !== undefined || exchange.request.body.replayable,
      triesLeft: this.service.retries + 1 - this.#counted,
      replayedAfterReuse: this.#replayedAfterReuse,
    }
    switch (mayRetry(failure, facts)) {
      case 'same_peer':
        this.#replayedAfterReuse = true
        return this.#connect(this.#peer!)
      case 'next_peer':
        this.#report(isTimeout(failure) ? { kind: 'timeout' } : { kind: 'tcp_failure' })
        return this.#pick()
      case 'no':
        return this.#giveUp(failure)
    }
  }

  #giveUp(failure: Failure): void {
    this.#over = true
    // Kong counts the last try by the status its client gets, not as a failure of TCP.
    this.#report(isTimeout(failure) ? { kind: 'timeout' } : { kind: 'status', status: 502 })
    answerFailure(this.#exchange, failure)
  }

  /** The exchange is over: the balancer learns how the last peer did. */
  settle(): void {
    this.#over = true
    const outcome = this.#try?.outcome
    this.#report({ kind: 'status', status: typeof outcome === 'number' ? outcome : 499 })
  }

  #report(outcome: Parameters<CompiledService['balancer']['report']>[1]): void {
    if (this.#reported) return
    this.#reported = true
    this.service.balancer.report(this.#peer!, outcome)
  }

  /** The client is gone. */
  abort(): void {
    this.#over = true
    this.connection?.abort()
  }
}

const noPeers: readonly Peer[] = []

/** Bodies up to this many bytes travel as text with their head: one write. */
const inlineBytes = 4096

function serverName(host: string): string {
  return host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')
}

function isTimeout({ kind }: Failure): boolean {
  return kind === 'read_timeout' || kind === 'write_timeout' || kind === 'connect_timeout'
}

function outcomeOf(failure: Failure): 'refused' | 'timeout' | 'reset' {
  if (isTimeout(failure)) return 'timeout'
  return failure.kind === 'connect_failed' ? 'refused' : 'reset'
}
