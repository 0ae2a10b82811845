import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PartialSnapshot, Revision, Standing } from '@holdfast/sync'
import type { ChangeLog, SnapshotRow } from '../store/change-log.ts'
import { SnapshotFile } from './snapshot-file.ts'

/** A snapshot is used again while the log still leads on from it and it is no further behind than this. */
const mostRevisionsBehind = 1000
const rowsPerBatch = 1000

/**
 * Keeps at most one current snapshot on disk, cut when somebody needs one and shared by all. One that is a little old is as
 * good as a new one: a delta follows it.
 */
export class SnapshotStore {
  readonly #folder: string
  readonly #log: ChangeLog
  #current: SnapshotFile | undefined
  #cutting: Promise<SnapshotFile> | undefined
  #cuts = 0

  constructor(folder: string, log: ChangeLog) {
    this.#folder = folder
    this.#log = log
  }

  /** How many were cut so far. */
  get cuts(): number {
    return this.#cuts
  }

  /** Removes what an earlier process left. */
  async prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    for (const name of await readdir(this.#folder)) {
      if (name.endsWith('.snapshot')) await rm(join(this.#folder, name), { force: true })
    }
  }

  /** A snapshot not older than `atLeast`, held; the caller releases it. */
  async hold(head: Standing, atLeast: Revision): Promise<SnapshotFile> {
    return (await this.#holdCurrent(head, atLeast)) ?? (await this.#holdNew(atLeast))
  }

  async close(): Promise<void> {
    await this.#cutting?.catch(() => undefined)
    await this.#current?.retire()
  }

  async #holdCurrent(head: Standing, atLeast: Revision): Promise<SnapshotFile | undefined> {
    const standing = this.#current?.standing
    if (!standing || standing.history !== head.history || standing.revision < atLeast) return undefined
    if (head.revision - standing.revision > mostRevisionsBehind) return undefined
    const reaches = standing.revision === head.revision || (await this.#log.oldest()) <= standing.revision
    if (!reaches || this.#current?.standing !== standing) return undefined
    this.#current.hold()
    return this.#current
  }

  async #holdNew(atLeast: Revision): Promise<SnapshotFile> {
    for (;;) {
      this.#cutting ??= this.#write().finally(() => (this.#cutting = undefined))
      const file = await this.#cutting
      // It may have been begun before the revision that is needed.
      if (file.standing.revision < atLeast) continue
      file.hold()
      return file
    }
  }

  async #write(): Promise<SnapshotFile> {
    this.#cuts += 1
    const file = await this.#log.snapshot((head, rows) => {
      const name = `${head.revision}-${Date.now().toString(36)}-${this.#cuts}.snapshot`
      return SnapshotFile.write(join(this.#folder, name), this.#log.history, head, batched(rows))
    })
    const previous = this.#current
    this.#current = file
    await previous?.retire()
    return file
  }
}

/** Whether the chunks below `partial.next` are from this very snapshot. */
export function firstChunkFor(file: SnapshotFile, partial: PartialSnapshot | null): number {
  const { history, revision } = file.standing
  const same = partial?.history === history && partial.revision === revision && partial.next <= file.chunks
  return same ? partial.next : 0
}

/** Joins small batches, so that chunks are full whatever the store's batches are. */
async function* batched(rows: AsyncIterable<readonly SnapshotRow[]>): AsyncIterable<readonly SnapshotRow[]> {
  let pending: SnapshotRow[] = []
  for await (const batch of rows) {
    pending.push(...batch)
    while (pending.length >= rowsPerBatch) {
      yield pending.slice(0, rowsPerBatch)
      pending = pending.slice(rowsPerBatch)
    }
  }
  if (pending.length > 0) yield pending
}
