import type { RevisionError, Standing } from '@holdfast/sync'

/** What the status API shows of the connection to the control plane. Times are milliseconds since the epoch. */
export interface ReplicaClientState {
  readonly connected: boolean
  /** The control plane that is connected, or was last. */
  readonly controlPlane: { readonly address: string; readonly id: string; readonly version: string } | null
  /** Since when it is connected, or not. */
  readonly since: number
  readonly lastError: { readonly at: number; readonly message: string } | null
  /** What is served. */
  readonly standing: Standing
  /** Where the control plane was last known to stand. */
  readonly head: Standing | null
  /** Revisions behind the head as far as it is known, and for how long. */
  readonly lagRevisions: number
  readonly lagMs: number
  readonly lastApplied: { readonly at: number; readonly ms: number } | null
  /** The revision that was refused, while the one before is served. */
  readonly refused: { readonly revision: number; readonly errors: readonly RevisionError[] } | null
  /** A snapshot that is being received. */
  readonly receiving: { readonly revision: number; readonly chunks: number; readonly received: number } | null
}
