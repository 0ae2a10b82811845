import type { WebSocket } from 'ws'
import {
  ControlPlaneSync,
  decodeFrame,
  encodeFrame,
  limits,
  negotiate,
  spokenProtocols,
  versionMismatch,
} from '@holdfast/sync'
import type { Bye, ControlPlaneStep, Hello, Message, NodeIdentity, Revision, Standing } from '@holdfast/sync'
import type { Admission } from './admission.ts'
import type { DeltaCache } from './delta-cache.ts'
import type { Fleet, Peer } from './fleet.ts'
import type { HubLog } from './hub-log.ts'
import { RateLimit } from './rate-limit.ts'
import { firstChunkFor } from './snapshot-store.ts'
import type { SnapshotStore } from './snapshot-store.ts'
import type { HubTimings } from './timings.ts'

/** What all sessions share. */
export interface SessionContext {
  readonly node: NodeIdentity
  readonly deltas: DeltaCache
  readonly snapshots: SnapshotStore
  readonly admission: Admission
  readonly fleet: Fleet
  readonly log: HubLog
  readonly timings: HubTimings
  readonly now: () => number
  /** The head, asked for again if the known one is below `atLeast`. Rejects while the database is away. */
  head(atLeast: number): Promise<Standing>
  /** A hello was accepted: another session of the same data plane is closed. */
  joined(session: Session): void
  /** The data plane serves this revision, or refused it; 0 where it serves nothing of this history. */
  answered(session: Session, revision: Revision): void
}

const frameLimits = { frame: limits.dataPlaneFrame, message: limits.dataPlaneMessage }
/** Answers come one per delta, so this is generous; a peer beyond it is broken. */
const messageBurst = 200
const messagesPerSecond = 50

/** One data plane's connection: reads what it says, and sends it what it lacks, one thing at a time. */
export class Session {
  readonly #socket: WebSocket
  readonly #peer: Peer
  readonly #context: SessionContext
  readonly #rate: RateLimit
  readonly #closed = new AbortController()
  readonly #helloTimer: NodeJS.Timeout
  #hello: Hello | undefined
  #sync: ControlPlaneSync | undefined
  /** Aborted when the data plane asks anew: the snapshot on its way is not what it needs. */
  #transfer: AbortController | undefined
  #pumping = false
  #again = false
  #alive = true

  constructor(socket: WebSocket, peer: Peer, context: SessionContext) {
    this.#socket = socket
    this.#peer = peer
    this.#context = context
    this.#rate = new RateLimit(messageBurst, messagesPerSecond, context.now())
    this.#helloTimer = setTimeout(() => this.bye('protocol_error', 'no hello'), context.timings.helloMs)
    socket.on('message', (data, isBinary) => this.#received(data as Buffer, isBinary))
    socket.on('pong', () => this.#heard())
    socket.on('ping', () => this.#heard())
    socket.on('error', (error) =>
      context.log.debug({ err: error, ...this.#who() }, 'connection of a data plane failed'),
    )
    socket.on('close', () => this.#ended())
  }

  get nodeId(): string | undefined {
    return this.#hello?.node.id
  }

  /** The head has moved, or an answer came: sends what is to be sent now. */
  push(): void {
    if (!this.#sync) return
    this.#again = true
    if (!this.#pumping) void this.#pump()
  }

  /** Ends a connection whose other side has been silent since the last call. */
  beat(head: Standing | undefined): void {
    if (!this.#alive) {
      this.#context.log.info(this.#who(), 'data plane is silent, connection ended')
      return this.#socket.terminate()
    }
    this.#alive = false
    this.#socket.ping()
    if (head && this.#sync && !this.#sync.waiting) {
      this.#send({ type: 'status', revision: head.revision, digest: head.digest })
    }
  }

  /** Says why and closes. */
  bye(reason: Bye['reason'], message: string, retryAfter = 0): void {
    if (this.#closed.signal.aborted) return
    this.#context.log.info({ ...this.#who(), reason, detail: message }, 'closing the connection of a data plane')
    this.#send({ type: 'bye', reason, message: message.slice(0, limits.text), retry_after: retryAfter })
    this.#closed.abort()
    this.#socket.close(1000)
    setTimeout(() => this.#socket.terminate(), this.#context.timings.closeMs).unref()
  }

  #received(data: Buffer, isBinary: boolean): void {
    if (this.#closed.signal.aborted) return
    this.#heard()
    if (!this.#rate.take(this.#context.now())) return this.bye('protocol_error', 'too many messages')
    if (!isBinary) return this.bye('protocol_error', 'frames are binary')
    const decoded = decodeFrame(data, frameLimits)
    if (!decoded.ok) return this.bye('protocol_error', `${decoded.error.kind}: ${decoded.error.message}`)
    this.#handle(decoded.message)
  }

  #handle(message: Message): void {
    if (message.type === 'hello') return void this.#greet(message)
    if (message.type === 'bye') return this.#socket.close(1000)
    const sync = this.#sync
    if (!sync || !this.#hello) return this.bye('protocol_error', `${message.type} before hello`)
    const { id } = this.#hello.node
    switch (message.type) {
      case 'ack': {
        const awaited = sync.waiting
        const fault = sync.acked(message, this.#history)
        if (fault) return this.bye('protocol_error', fault)
        // The pace of these is ours.
        if (awaited && !sync.waiting) this.#rate.giveBack()
        this.#stands(id, sync.standing)
        break
      }
      case 'nack': {
        const fault = sync.nacked(message)
        if (fault) return this.bye('protocol_error', fault)
        this.#rate.giveBack()
        this.#context.fleet.nacked(id, message)
        this.#context.answered(this, message.revision)
        this.#context.log.warn(
          { ...this.#who(), revision: message.revision, errors: message.errors },
          'data plane refused a revision',
        )
        break
      }
      case 'resync':
        this.#transfer?.abort()
        sync.resync(message)
        this.#stands(id, sync.standing)
        this.#context.log.info(
          { ...this.#who(), reason: message.reason, revision: message.revision },
          'data plane asks anew',
        )
        break
      case 'status':
        sync.status(message)
        break
      default:
        return this.bye('protocol_error', `a data plane does not send ${message.type}`)
    }
    this.push()
  }

  #stands(id: string, standing: Standing): void {
    this.#context.fleet.stands(id, standing)
    this.#context.answered(this, standing.history === this.#history ? standing.revision : (0 as Revision))
  }

  /** Of the welcome: revisions that are acknowledged on this connection belong to it. */
  #history = ''

  async #greet(hello: Hello): Promise<void> {
    if (this.#hello) return this.bye('protocol_error', 'a second hello')
    this.#hello = hello
    clearTimeout(this.#helloTimer)
    const { fleet, node, timings } = this.#context
    fleet.connected(hello, this.#peer)
    const protocol = negotiate(spokenProtocols, hello.protocol)
    if (protocol === undefined) {
      const message = `no protocol in common: ${spokenProtocols.min} to ${spokenProtocols.max} are spoken here`
      fleet.refused(hello.node.id, 'kong_version_incompatible', message)
      return this.bye('protocol_incompatible', message, timings.incompatibleMs)
    }
    const mismatch = versionMismatch(node.version, hello.node.version)
    if (mismatch) {
      fleet.refused(hello.node.id, 'kong_version_incompatible', mismatch)
      return this.bye('kong_version_incompatible', mismatch, timings.incompatibleMs)
    }
    try {
      const head = await this.#context.head(hello.revision)
      if (this.#closed.signal.aborted) return
      this.#history = head.history
      this.#send({ type: 'welcome', protocol, node, ...head })
    } catch (error) {
      this.#context.log.warn(
        { err: error, ...this.#who() },
        'the configuration cannot be read; data plane is asked to come back',
      )
      return this.bye(
        'unavailable',
        'the control plane cannot read the configuration at the moment',
        timings.unavailableMs,
      )
    }
    this.#sync = new ControlPlaneSync(hello)
    this.#context.log.info({ ...this.#who(), revision: hello.revision }, 'data plane connected')
    this.#stands(hello.node.id, this.#sync.standing)
    this.#context.joined(this)
    this.push()
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    try {
      while (this.#again && !this.#closed.signal.aborted) {
        this.#again = false
        const head = await this.#context.head(0)
        if (head.history !== this.#history) return this.bye('shutdown', 'the database was replaced')
        await this.#carryOut(this.#sync!.next(head), head)
      }
    } catch (error) {
      // The next wake, at the latest the slow poll's, tries again.
      this.#context.log.warn({ err: error, ...this.#who() }, 'could not send a data plane what it lacks')
    } finally {
      this.#pumping = false
    }
  }

  async #carryOut(step: ControlPlaneStep, head: Standing): Promise<void> {
    switch (step.do) {
      case 'wait':
        return
      case 'part':
        return this.bye(
          'data_plane_ahead',
          `this control plane stands at revision ${head.revision} only`,
          this.#context.timings.incompatibleMs,
        )
      case 'delta': {
        const { standing } = this.#sync!
        const encoded = await this.#context.deltas.get(step.from, step.to)
        // Meanwhile the data plane may have told that it stands elsewhere.
        if (this.#sync!.standing !== standing) return
        if (encoded) {
          this.#sync!.sent(step.to, encoded.digest)
          this.#sendFrame(encoded.frame)
        } else {
          this.#sync!.outOfReach()
          this.#again = true
        }
        return
      }
      case 'snapshot':
        return this.#sendSnapshot(step, head)
    }
  }

  async #sendSnapshot(step: Extract<ControlPlaneStep, { do: 'snapshot' }>, head: Standing): Promise<void> {
    this.#transfer = new AbortController()
    const signal = AbortSignal.any([this.#closed.signal, this.#transfer.signal])
    const leave = await this.#context.admission.enter(signal)
    if (!leave) return
    try {
      const file = await this.#context.snapshots.hold(head, step.atLeast)
      try {
        if (signal.aborted) return
        const { history, revision, digest } = file.standing
        const next = firstChunkFor(file, step.partial)
        const { chunks, rows } = file
        this.#sync!.sent(revision, digest)
        this.#send({ type: 'snapshot-begin', history, revision, digest, chunks, rows, next })
        for (let index = next; index < chunks; index++) {
          await this.#drained(await file.frame(index))
          if (signal.aborted) return
        }
        this.#send({ type: 'snapshot-end', revision, digest })
      } finally {
        await file.release()
      }
    } finally {
      leave()
    }
  }

  /** Resolves when the frame has left this process; a peer that does not read is given up. */
  #drained(frame: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      const slow = setTimeout(() => {
        this.#context.log.info(this.#who(), 'data plane does not read, connection ended')
        this.#socket.terminate()
      }, this.#context.timings.chunkMs)
      this.#socket.send(frame, (error) => {
        clearTimeout(slow)
        if (error && !this.#closed.signal.aborted) reject(error)
        else resolve()
      })
    })
  }

  #send(message: Message): void {
    this.#sendFrame(encodeFrame(message))
  }

  #sendFrame(frame: Buffer): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(frame)
  }

  #heard(): void {
    this.#alive = true
    if (this.#hello) this.#context.fleet.seen(this.#hello.node.id)
  }

  #ended(): void {
    clearTimeout(this.#helloTimer)
    this.#closed.abort()
  }

  #who(): { ip: string; node_id: string | undefined; hostname: string | undefined } {
    return { ip: this.#peer.ip, node_id: this.#hello?.node.id, hostname: this.#hello?.node.hostname }
  }
}
