import { addRow, emptyDigest, formatDigest, removeRow } from '@holdfast/sync'
import type { Change, LoggedChange, Revision, WireRow } from '@holdfast/sync'
import type { ChangeLog, Head, SnapshotRow } from '@holdfast/control-plane/store'

/** A store's log and rows in memory, with the promises that the hub builds on. */
export class MemoryChangeLog implements ChangeLog {
  history = 'life-1'
  /** Rejects every question while set, as an absent database would. */
  away = false
  readonly #rows = new Map<string, SnapshotRow>()
  readonly #listeners = new Set<() => void>()
  readonly #digests = new Map<number, string>([[0, emptyDigest]])
  #log: LoggedChange[] = []
  #sum = 0n
  #revision = 0
  #oldest = 0

  commit(changes: readonly Change[]): Head {
    const revision = (this.#revision + 1) as Revision
    for (const change of changes) {
      const key = `${change.entity}/${change.id}`
      const before = this.#rows.get(key)
      if (before) this.#sum = removeRow(this.#sum, change.entity, change.id, before.row)
      if (change.op === 'put') {
        this.#rows.set(key, { entity: change.entity, id: change.id, row: change.row })
        this.#sum = addRow(this.#sum, change.entity, change.id, change.row)
      } else this.#rows.delete(key)
      this.#log.push({ revision, change })
    }
    this.#revision = revision
    this.#digests.set(revision, formatDigest(this.#sum))
    for (const wake of this.#listeners) wake()
    return { revision, digest: formatDigest(this.#sum) }
  }

  put(entity: string, row: WireRow & { readonly id: string }): Head {
    return this.commit([{ op: 'put', entity, id: row.id, row }])
  }

  /** Forgets the log up to here; only a snapshot leads over the gap. */
  trim(): void {
    this.#oldest = this.#revision
    this.#log = []
  }

  /** As after a restored backup: other rows, another history. */
  restore(history: string, rows: readonly SnapshotRow[]): void {
    this.history = history
    this.#rows.clear()
    this.#log = []
    this.#sum = 0n
    this.#revision = this.#oldest = 1
    for (const row of rows) {
      this.#rows.set(`${row.entity}/${row.id}`, row)
      this.#sum = addRow(this.#sum, row.entity, row.id, row.row)
    }
    this.#digests.set(1, formatDigest(this.#sum))
    for (const wake of this.#listeners) wake()
  }

  async head(): Promise<Head> {
    this.#present()
    return { revision: this.#revision as Revision, digest: formatDigest(this.#sum) }
  }

  async oldest(): Promise<Revision> {
    this.#present()
    return this.#oldest as Revision
  }

  async changes(from: Revision, to: Revision): Promise<{ changes: LoggedChange[]; digest: string } | undefined> {
    this.#present()
    if (from < this.#oldest) return undefined
    const changes = this.#log.filter((entry) => entry.revision > from && entry.revision <= to)
    return { changes, digest: this.#digests.get(to)! }
  }

  async snapshot<T>(read: (head: Head, rows: AsyncIterable<readonly SnapshotRow[]>) => Promise<T>): Promise<T> {
    const head = await this.head()
    const rows = [...this.#rows.values()]
    return read(head, batches(rows))
  }

  onCommit(wake: () => void): () => void {
    this.#listeners.add(wake)
    return () => this.#listeners.delete(wake)
  }

  #present(): void {
    if (this.away) throw new Error('the database is away')
  }
}

async function* batches(rows: readonly SnapshotRow[]): AsyncIterable<readonly SnapshotRow[]> {
  for (let at = 0; at < rows.length; at += 300) yield rows.slice(at, at + 300)
}
