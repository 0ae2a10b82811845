import type { Revision } from './change.ts'
import type { Ack, Hello, Nack, PartialSnapshot, Resync, Status } from './messages.ts'
import type { Standing } from './standing.ts'

/** What a control plane should send to one data plane now. */
export type ControlPlaneStep =
  /** Nothing: it is up to date, or an answer is awaited, or it refused the head and must wait for the next revision. */
  | { readonly do: 'wait' }
  | { readonly do: 'delta'; readonly from: Revision; readonly to: Revision }
  /** A whole configuration, of this revision or a later one; `partial` is what the data plane already has of one. */
  | { readonly do: 'snapshot'; readonly atLeast: Revision; readonly partial: PartialSnapshot | null }
  /** The data plane knows a later revision of this history than this control plane: sending anything would lead it back. */
  | { readonly do: 'part' }

interface InFlight {
  readonly revision: Revision
  readonly digest: string
}

/**
 * The control plane's half of the protocol for one connected data plane, without any I/O. At most one delta or snapshot is on
 * its way at a time: while its answer is awaited the log itself is the queue, and what follows is one squashed delta.
 */
export class ControlPlaneSync {
  #standing: Standing
  #partial: PartialSnapshot | null
  #inFlight: InFlight | null = null
  #needsSnapshot = false
  #refused: Revision | null = null

  constructor(hello: Hello) {
    this.#standing = { history: hello.history, revision: hello.revision, digest: hello.digest }
    this.#partial = hello.partial
  }

  get standing(): Standing {
    return this.#standing
  }

  /** Whether an answer is awaited. */
  get waiting(): boolean {
    return this.#inFlight !== null
  }

  /** The newest revision that the data plane refused, if it still stands behind it. */
  get refused(): Revision | null {
    return this.#refused
  }

  next(head: Standing): ControlPlaneStep {
    if (this.#inFlight) return { do: 'wait' }
    const { history, revision, digest } = this.#standing
    const sameLife = history === head.history
    if (sameLife && revision > head.revision) return { do: 'part' }
    if (this.#refused !== null && head.revision <= this.#refused) return { do: 'wait' }
    const diverged = sameLife && revision === head.revision && digest !== head.digest
    if (!sameLife || diverged || this.#needsSnapshot) {
      return { do: 'snapshot', atLeast: sameLife ? revision : (0 as Revision), partial: this.#partial }
    }
    return revision === head.revision ? { do: 'wait' } : { do: 'delta', from: revision, to: head.revision }
  }

  /** The log no longer reaches back to where the data plane stands, or the delta is too large. */
  outOfReach(): void {
    this.#needsSnapshot = true
  }

  /** A delta, or all of a snapshot, that leads to this revision is on its way; for a snapshot call it when it begins. */
  sent(revision: Revision, digest: string): void {
    this.#inFlight = { revision, digest }
    this.#partial = null
  }

  /** Returns what is wrong with the answer, if anything. */
  acked(ack: Ack, history: string): string | undefined {
    const sent = this.#inFlight
    if (!sent || ack.revision !== sent.revision) {
      // The answer to a frame that arrived twice, or late: it tells nothing new.
      return ack.revision <= this.#standing.revision ? undefined : `ack of revision ${ack.revision}, which was not sent`
    }
    this.#inFlight = null
    this.#refused = null
    this.#needsSnapshot = ack.digest !== sent.digest
    this.#standing = { history, revision: ack.revision, digest: ack.digest }
    return undefined
  }

  nacked(nack: Nack): string | undefined {
    if (this.#inFlight?.revision !== nack.revision) return `nack of revision ${nack.revision}, which was not sent`
    this.#inFlight = null
    this.#refused = nack.revision
    return undefined
  }

  resync(resync: Resync): void {
    this.#inFlight = null
    this.#refused = null
    this.#partial = null
    this.#standing = { history: resync.history, revision: resync.revision, digest: resync.digest }
    this.#needsSnapshot = resync.reason !== 'gap'
  }

  status(status: Status): void {
    const diverged = status.revision === this.#standing.revision && status.digest !== this.#standing.digest
    if (diverged && !this.#inFlight) this.#needsSnapshot = true
  }
}
