import type { Revision } from './change.ts'
import type { Change, WireRow } from './change.ts'
import type { RevisionError } from './delta.ts'

/** Everything that travels between a control plane (CP) and a data plane (DP). `README.md` beside `src/` is the specification. */
export type Message =
  Hello | Welcome | SnapshotBegin | SnapshotChunk | SnapshotEnd | DeltaMessage | Ack | Nack | Resync | Status | Bye

export type MessageType = Message['type']

/** DP → CP, first: who it is and where it stands. */
export interface Hello {
  readonly type: 'hello'
  readonly protocol: ProtocolRange
  readonly node: NodeIdentity
  readonly labels: Readonly<Record<string, string>>
  readonly plugins: readonly { readonly name: string; readonly version: string }[]
  /** Empty when the data plane holds nothing yet. */
  readonly history: string
  readonly revision: Revision
  readonly digest: string
  /** A snapshot that was cut off: chunks below `next` are on disk already. */
  readonly partial: PartialSnapshot | null
}

export interface ProtocolRange {
  readonly min: number
  readonly max: number
}

export interface NodeIdentity {
  readonly id: string
  readonly hostname: string
  readonly version: string
}

export interface PartialSnapshot {
  readonly history: string
  readonly revision: Revision
  readonly next: number
}

/** CP → DP, first: who answers, the protocol both will speak, and where the configuration stands. */
export interface Welcome {
  readonly type: 'welcome'
  readonly protocol: number
  readonly node: NodeIdentity
  readonly history: string
  readonly revision: Revision
  readonly digest: string
}

/** CP → DP: a whole configuration follows, in `chunks` pieces; the first one sent is `next`, 0 unless resumed. */
export interface SnapshotBegin {
  readonly type: 'snapshot-begin'
  readonly history: string
  readonly revision: Revision
  readonly digest: string
  readonly chunks: number
  readonly rows: number
  readonly next: number
}

export interface SnapshotChunk {
  readonly type: 'snapshot-chunk'
  readonly revision: Revision
  readonly index: number
  readonly rows: readonly (readonly [entity: string, id: string, row: WireRow])[]
}

export interface SnapshotEnd {
  readonly type: 'snapshot-end'
  readonly revision: Revision
  readonly digest: string
}

/** CP → DP: what leads from one revision to another, to be applied whole or not at all. */
export interface DeltaMessage {
  readonly type: 'delta'
  readonly from: Revision
  readonly to: Revision
  readonly changes: readonly Change[]
  readonly digest: string
}

/** DP → CP: this revision is committed and served. */
export interface Ack {
  readonly type: 'ack'
  readonly revision: Revision
  readonly digest: string
  /** Milliseconds from the message's arrival to the commit. */
  readonly apply_ms: number
}

/** DP → CP: this revision was refused; the one before goes on being served. */
export interface Nack {
  readonly type: 'nack'
  readonly revision: Revision
  readonly errors: readonly RevisionError[]
}

/** DP → CP: what arrived does not fit what is here; says where the data plane stands. */
export interface Resync {
  readonly type: 'resync'
  readonly reason: ResyncReason
  readonly history: string
  readonly revision: Revision
  readonly digest: string
}

/** `gap`: a delta may still help. `diverged`, `corrupt` and `chunk`: only a snapshot does (`chunk`: one was missing or wrong). */
export type ResyncReason = 'gap' | 'diverged' | 'corrupt' | 'chunk'

/** Both ways, from time to time: where the sender stands. From a CP it is the head, so that a DP knows how far behind it is. */
export interface Status {
  readonly type: 'status'
  readonly revision: Revision
  readonly digest: string
}

/** Both ways, last: the sender closes the connection and says why. */
export interface Bye {
  readonly type: 'bye'
  readonly reason: ByeReason
  /** For people. */
  readonly message: string
  /** Milliseconds before a new attempt makes sense; 0 = the usual backoff. */
  readonly retry_after: number
}

export const byeReasons = [
  'shutdown',
  'busy',
  'protocol_error',
  'protocol_incompatible',
  'kong_version_incompatible',
  'data_plane_ahead',
  'replaced',
  'unavailable',
] as const
export type ByeReason = (typeof byeReasons)[number]
