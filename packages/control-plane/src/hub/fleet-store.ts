import type { Revision, RevisionError } from '@holdfast/sync'

/**
 * How a data plane stands to the configuration. Kong's words where it has one; `nacked` is ours: the data plane refused
 * the newest revision and goes on serving the one before.
 */
export type SyncStatus =
  | 'unknown'
  | 'normal'
  | 'kong_version_incompatible'
  | 'plugin_set_incompatible'
  | 'plugin_version_incompatible'
  | 'filter_set_incompatible'
  | 'nacked'

/** What is known about one data plane. Times are milliseconds since the epoch. */
export interface DataPlaneRecord {
  readonly id: string
  readonly ip: string
  readonly hostname: string
  readonly version: string
  readonly labels: Readonly<Record<string, string>>
  readonly plugins: readonly { readonly name: string; readonly version: string }[]
  /** Last revision that the data plane said it serves, and its digest (32 hex digits); 0 and zeros before the first. */
  readonly revision: Revision
  readonly digest: string
  readonly syncStatus: SyncStatus
  /** Why the newest revision is not served; null when all is well. */
  readonly lastError: DataPlaneError | null
  /** How far behind the control plane it is: in revisions, and for how long already. Both 0 when in sync. */
  readonly lagRevisions: number
  readonly lagMs: number
  readonly connected: boolean
  /** Node id of the control plane that the data plane is, or was last, connected to. */
  readonly controlPlane: string
  readonly lastSeen: number
  /** When the certificate that the data plane presented ends; null on the local socket. */
  readonly certificateExpiry: number | null
}

export interface DataPlaneError {
  readonly at: number
  /** The revision that was refused; null when the connection itself was (e.g. an incompatible version). */
  readonly revision: Revision | null
  readonly errors: readonly RevisionError[]
}

/**
 * Where control planes that share a database leave what they know of the fleet, so that a listing on any of them shows all
 * data planes. Written in batches, never once per heartbeat.
 */
export interface FleetStore {
  /** Inserts or replaces each record by id, in one statement; a stored record with a later `lastSeen` is kept. */
  save(batch: readonly DataPlaneRecord[]): Promise<void>
  /** Every record, of all control planes. */
  load(): Promise<readonly DataPlaneRecord[]>
  /** Forgets data planes last seen before this time; resolves to how many. */
  purge(before: number): Promise<number>
}
