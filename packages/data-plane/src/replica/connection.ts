import type { WebSocket } from 'ws'
import { decodeFrame, encodeFrame, limits } from '@holdfast/sync'
import type { Bye, Hello, Message, Welcome } from '@holdfast/sync'
import { carryOut } from './apply-step.ts'
import type { Outcome, StepContext } from './apply-step.ts'

export interface ConnectionOptions extends StepContext {
  readonly self: Pick<Hello, 'node' | 'labels' | 'plugins'>
  readonly heartbeatMs: number
  readonly statusMs: number
  readonly onWelcome: (welcome: Welcome) => void
  readonly onOutcome: (outcome: Outcome) => void
}

/** Why a connection ended; `retryAfter` in milliseconds is the control plane's wish. */
export interface Ending {
  readonly reason: string
  readonly retryAfter: number
}

const frameLimits = { frame: limits.controlPlaneFrame, message: limits.controlPlaneMessage }
/** Messages that wait here while one is worked on; beyond that the peer is not read. */
const mostWaiting = 2
/** Digests that were wrong on one connection before it is given up, so that the backoff slows a broken pair down. */
const mostMismatches = 2

/** One open connection to a control plane, from hello to its end. Messages are worked on one after the other. */
export class Connection {
  /** Resolves when the connection has ended. */
  readonly ended: Promise<Ending>
  readonly #socket: WebSocket
  readonly #options: ConnectionOptions
  readonly #waiting: Buffer[] = []
  readonly #timers: NodeJS.Timeout[]
  #end!: (ending: Ending) => void
  #over = false
  #working: Promise<void> | undefined
  #mismatches = 0
  #silentBeats = 0

  constructor(socket: WebSocket, options: ConnectionOptions) {
    this.#socket = socket
    this.#options = options
    this.ended = new Promise((resolve) => (this.#end = resolve))
    socket.on('message', (data) => this.#received(data as Buffer))
    socket.on('ping', () => (this.#silentBeats = 0))
    socket.on('pong', () => (this.#silentBeats = 0))
    socket.on('error', (error) => this.#finish(error.message))
    socket.on('close', (code) => this.#finish(`closed by the control plane (${code})`))
    this.#timers = [
      setInterval(() => this.#beat(), options.heartbeatMs),
      setInterval(() => this.#report(), options.statusMs),
    ]
    this.send(options.sync.connected(options.self))
  }

  send(message: Message): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(encodeFrame(message))
  }

  /** Says why and closes; resolves when what was being worked on is done. */
  async leave(bye: Bye): Promise<void> {
    this.send(bye)
    this.#finish(bye.message)
    await this.#working
  }

  #received(frame: Buffer): void {
    if (this.#over) return
    this.#silentBeats = 0
    this.#waiting.push(frame)
    if (this.#waiting.length >= mostWaiting) this.#socket.pause()
    this.#working ??= this.#work().finally(() => (this.#working = undefined))
  }

  async #work(): Promise<void> {
    for (let frame = this.#waiting.shift(); frame && !this.#over; frame = this.#waiting.shift()) {
      await this.#handle(frame)
      if (this.#waiting.length < mostWaiting && this.#socket.isPaused) this.#socket.resume()
    }
  }

  async #handle(frame: Buffer): Promise<void> {
    const decoded = decodeFrame(frame, frameLimits)
    if (!decoded.ok) return this.#violated(`${decoded.error.kind}: ${decoded.error.message}`)
    const { message } = decoded
    const step = this.#options.sync.receive(message)
    if (message.type === 'welcome' && step.do === 'nothing') this.#options.onWelcome(message)
    switch (step.do) {
      case 'nothing':
        return
      case 'send':
        return this.send(step.message)
      case 'leave':
        if (step.tell) this.send(step.bye)
        return this.#finish(`${step.bye.reason}: ${step.bye.message}`, step.bye.retry_after)
      default:
        return this.#carryOut(step)
    }
  }

  async #carryOut(step: Parameters<typeof carryOut>[0]): Promise<void> {
    let outcome: Outcome
    try {
      outcome = await carryOut(step, this.#options)
    } catch (error) {
      // The disk is full or fails. What is served stays; with the backoff it is tried again.
      const message = `the replica cannot be written: ${error instanceof Error ? error.message : String(error)}`
      if (step.do === 'apply') this.send(this.#options.sync.refused(step.delta.to, [{ entity: '', id: '', message }]))
      this.send({ type: 'bye', reason: 'unavailable', message: message.slice(0, limits.text), retry_after: 0 })
      return this.#finish(message)
    }
    this.#options.onOutcome(outcome)
    if (outcome.kind === 'quiet') return
    this.send(outcome.answer)
    if (outcome.kind === 'mismatched' && ++this.#mismatches >= mostMismatches) {
      this.#violated('rows do not have the digest that the control plane gave')
    }
  }

  #violated(message: string): void {
    this.send({ type: 'bye', reason: 'protocol_error', message: message.slice(0, limits.text), retry_after: 0 })
    this.#finish(message)
  }

  #beat(): void {
    // While a message is worked on the peer may not be read, so its silence says nothing.
    if (this.#working) return
    this.#silentBeats += 1
    if (this.#silentBeats > 2) return this.#finish('the control plane is silent')
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping()
  }

  #report(): void {
    const { revision, digest } = this.#options.sync.standing
    this.send({ type: 'status', revision, digest })
  }

  #finish(reason: string, retryAfter = 0): void {
    if (this.#over) return
    this.#over = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#socket.resume()
    this.#socket.close(1000)
    const hard = setTimeout(() => this.#socket.terminate(), 1000)
    hard.unref()
    const working = this.#working ?? Promise.resolve()
    void working.then(() => this.#end({ reason, retryAfter }))
  }
}
