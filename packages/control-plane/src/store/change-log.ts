import type { LoggedChange, Revision, WireRow } from '@holdfast/sync'

/** Where the configuration stands: the last committed revision and the digest of all rows at it (32 hex digits). */
export interface Head {
  readonly revision: Revision
  readonly digest: string
}

/** What the hub needs of the store: the log of committed transactions and a consistent copy of all rows. */
export interface ChangeLog {
  /** Names the life of the database; a restored backup gets a new one. */
  readonly history: string
  head(): Promise<Head>
  /** The oldest revision from which `changes` can still serve: everything after it is in the log. */
  oldest(): Promise<Revision>
  /**
   * All changes with `from < revision <= to`, in order, and the digest at `to`.
   * Resolves to `undefined` when the log no longer reaches back to `from`.
   */
  changes(from: Revision, to: Revision): Promise<{ changes: LoggedChange[]; digest: string } | undefined>
  /** Streams every row out of one repeatable-read transaction, entities in dependency order, ids ascending. */
  snapshot<T>(read: (head: Head, rows: AsyncIterable<readonly SnapshotRow[]>) => Promise<T>): Promise<T>
  /** Calls `wake` when any control plane committed (NOTIFY), and every few seconds as a safety net. Returns the unsubscribe. */
  onCommit(wake: () => void): () => void
}

export interface SnapshotRow {
  readonly entity: string
  readonly id: string
  readonly row: WireRow
}
