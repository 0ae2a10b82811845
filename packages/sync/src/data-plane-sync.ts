import type { Revision } from './change.ts'
import type { RevisionError } from './delta.ts'
import { limits } from './limits.ts'
import type {
  Ack,
  Bye,
  DeltaMessage,
  Hello,
  Message,
  Nack,
  PartialSnapshot,
  Resync,
  ResyncReason,
  SnapshotBegin,
  SnapshotChunk,
  SnapshotEnd,
  Welcome,
} from './messages.ts'
import { spokenProtocols } from './protocol.ts'
import { nowhere } from './standing.ts'
import type { Standing } from './standing.ts'

/** What the data plane is to do about a message. Every step but `send` and `nothing` is answered by a call back (see each). */
export type DataPlaneStep =
  /** Verify, compile, commit; then `committed`, `refused` or `mismatched`. */
  | { readonly do: 'apply'; readonly delta: DeltaMessage }
  /** Make room for a snapshot; keep the chunks below `begin.next`, which are the partial one's. */
  | { readonly do: 'begin-snapshot'; readonly begin: SnapshotBegin }
  /** Keep the chunk durably; then `stored`. */
  | { readonly do: 'store-chunk'; readonly chunk: SnapshotChunk }
  /** Verify, compile, swap; then `committed`, `refused` or `mismatched`. */
  | { readonly do: 'finish-snapshot'; readonly begin: SnapshotBegin }
  | { readonly do: 'send'; readonly message: Message }
  /** Close the connection; `bye` is the peer's, or what to tell it. */
  | { readonly do: 'leave'; readonly bye: Bye; readonly tell: boolean }
  | { readonly do: 'nothing' }

const nothing: DataPlaneStep = { do: 'nothing' }

/**
 * The data plane's half of the protocol without any I/O: takes messages and results, says what to do next. It keeps where the
 * data plane stands across connections; `connected` begins a new one.
 */
export class DataPlaneSync {
  #standing: Standing
  #partial: PartialSnapshot | null
  #welcome: Welcome | null = null
  #head: Standing | null = null
  #snapshot: SnapshotBegin | null = null
  /** A resync was sent: what does not fit meanwhile was on its way already, and asking again would only be answered twice. */
  #asked = false

  constructor(standing: Standing, partial: PartialSnapshot | null) {
    this.#standing = standing
    this.#partial = partial
  }

  get standing(): Standing {
    return this.#standing
  }

  /** Where the control plane was last known to stand. */
  get head(): Standing | null {
    return this.#head
  }

  /** A snapshot on its way, and how many of its chunks are here. */
  get receiving(): { readonly revision: Revision; readonly chunks: number; readonly received: number } | null {
    if (!this.#snapshot || !this.#partial) return null
    return { revision: this.#snapshot.revision, chunks: this.#snapshot.chunks, received: this.#partial.next }
  }

  /** Call when a connection is open; the result is the first message. */
  connected(self: Pick<Hello, 'node' | 'labels' | 'plugins'>): Hello {
    this.#welcome = null
    this.#snapshot = null
    this.#asked = false
    return { type: 'hello', protocol: spokenProtocols, ...self, ...this.#standing, partial: this.#partial }
  }

  receive(message: Message): DataPlaneStep {
    if (message.type === 'bye') return { do: 'leave', bye: message, tell: false }
    if (message.type === 'welcome') return this.#welcomed(message)
    if (!this.#welcome) return violation(`${message.type} before welcome`)
    switch (message.type) {
      case 'delta':
        return this.#delta(message)
      case 'snapshot-begin':
        return this.#begin(message)
      case 'snapshot-chunk':
        return this.#chunk(message)
      case 'snapshot-end':
        return this.#end(message)
      case 'status':
        this.#head = { history: this.#welcome.history, revision: message.revision, digest: message.digest }
        return nothing
      default:
        return violation(`a control plane does not send ${message.type}`)
    }
  }

  /** The chunk is durable: after a cut, the snapshot goes on behind it. */
  stored(chunk: SnapshotChunk): void {
    if (this.#partial) this.#partial = { ...this.#partial, next: chunk.index + 1 }
  }

  /** The delta or snapshot is committed and served. */
  committed(standing: Standing, applyMs: number): Ack {
    this.#standing = standing
    this.#asked = false
    if (this.#snapshot) this.#dropSnapshot()
    return { type: 'ack', revision: standing.revision, digest: standing.digest, apply_ms: applyMs }
  }

  /** The revision cannot be served; what was served before still is. */
  refused(revision: Revision, errors: readonly RevisionError[]): Nack {
    if (this.#snapshot) this.#dropSnapshot()
    const told = errors.slice(0, limits.errors).map((error) => ({
      entity: error.entity.slice(0, limits.name),
      id: error.id.slice(0, limits.name),
      message: error.message.slice(0, limits.text),
    }))
    return { type: 'nack', revision, errors: told }
  }

  /** The digest after applying was not the control plane's; nothing was committed. */
  mismatched(): Resync {
    this.#dropSnapshot()
    return this.#resync('diverged')
  }

  /** What was on disk is lost; says so if there is a connection. */
  lost(): Resync {
    this.#standing = nowhere
    this.#dropSnapshot()
    return this.#resync('corrupt')
  }

  #welcomed(welcome: Welcome): DataPlaneStep {
    if (this.#welcome) return violation('a second welcome')
    if (welcome.protocol < spokenProtocols.min || welcome.protocol > spokenProtocols.max) {
      return violation(`protocol ${welcome.protocol} was not offered`)
    }
    this.#welcome = welcome
    this.#head = { history: welcome.history, revision: welcome.revision, digest: welcome.digest }
    return nothing
  }

  #delta(delta: DeltaMessage): DataPlaneStep {
    const { history, revision, digest } = this.#standing
    if (delta.to <= delta.from) return violation('a delta that leads nowhere')
    const sameLife = history === this.#welcome?.history
    this.#head = { history: this.#welcome?.history ?? '', revision: delta.to, digest: delta.digest }
    if (sameLife && delta.to <= revision) {
      return { do: 'send', message: { type: 'ack', revision, digest, apply_ms: 0 } }
    }
    if (!sameLife || delta.from !== revision || this.#snapshot) return this.#ask('gap')
    this.#asked = false
    return { do: 'apply', delta }
  }

  #begin(begin: SnapshotBegin): DataPlaneStep {
    if (begin.history !== this.#welcome?.history) return violation('a snapshot of another history than the welcome')
    // Revisions only grow: within one life of the database there is no way back.
    if (begin.history === this.#standing.history && begin.revision < this.#standing.revision) return this.#ask('gap')
    if (begin.next > begin.chunks) return violation('a snapshot that begins behind its end')
    const partial = this.#partial
    const resumes =
      partial?.history === begin.history && partial.revision === begin.revision && partial.next === begin.next
    if (begin.next > 0 && !resumes) return this.#ask('chunk')
    this.#asked = false
    this.#snapshot = begin
    this.#partial = { history: begin.history, revision: begin.revision, next: begin.next }
    return { do: 'begin-snapshot', begin }
  }

  #chunk(chunk: SnapshotChunk): DataPlaneStep {
    if (!this.#snapshot || !this.#partial) return nothing
    if (chunk.revision !== this.#snapshot.revision || chunk.index > this.#partial.next) return this.#ask('chunk')
    if (chunk.index < this.#partial.next) return nothing
    return { do: 'store-chunk', chunk }
  }

  #end(end: SnapshotEnd): DataPlaneStep {
    const begin = this.#snapshot
    if (!begin || !this.#partial) return nothing
    if (end.revision !== begin.revision || this.#partial.next !== begin.chunks) return this.#ask('chunk')
    return { do: 'finish-snapshot', begin }
  }

  #ask(reason: ResyncReason): DataPlaneStep {
    if (this.#asked) return nothing
    this.#snapshot = null
    return { do: 'send', message: this.#resync(reason) }
  }

  #resync(reason: ResyncReason): Resync {
    this.#asked = true
    return { type: 'resync', reason, ...this.#standing }
  }

  #dropSnapshot(): void {
    this.#snapshot = null
    this.#partial = null
  }
}

function violation(message: string): DataPlaneStep {
  return { do: 'leave', bye: { type: 'bye', reason: 'protocol_error', message, retry_after: 0 }, tell: true }
}
