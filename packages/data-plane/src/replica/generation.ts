import { closeSync, openSync, rmSync } from 'node:fs'
import { open } from 'lmdb'
import type { Database, RootDatabase, Transaction } from 'lmdb'
import { Packr } from 'msgpackr'
import { formatDigest } from '@holdfast/sync'
import type { Change, DigestSum, PartialSnapshot, Revision, Standing, WireRow } from '@holdfast/sync'
import { indexDefinition, indexKeys, rowKey } from './index-keys.ts'

/** Layout of the database; another number means files that this code does not read. */
export const replicaFormat = 1

/** Where a generation stands. Written in the same transaction as the rows it speaks of. */
export interface GenerationState extends Standing {
  readonly format: number
  /** Which fields were indexed when the rows were written. */
  readonly indexes: string
  /** Set while a snapshot is being received; `digest` is then that of the chunks so far. */
  readonly building: (PartialSnapshot & { readonly chunks: number; readonly digest: string }) | null
}

/** Reserved address space, not memory: growing beyond it is possible but interrupts readers. */
const mapBytes = 64 * 2 ** 30
/** Threads and processes that may read at once. */
const maxReaders = 1024

/** Without shared structures: every row can be read alone, whoever wrote it and whenever. */
const packr = new Packr({ useRecords: false, mapsAsObjects: true, moreTypes: false })

export function packRow(row: WireRow): Buffer {
  return packr.pack(row)
}

export function unpackRow(bytes: Buffer): WireRow {
  return packr.unpack(bytes) as WireRow
}

/** One LMDB file with a whole configuration: rows, the indexes over them, and where they stand. */
export class Generation {
  readonly path: string
  readonly rows: Database<Buffer, string>
  readonly unique: Database<Buffer, string>
  readonly foreign: Database<Buffer, string>
  readonly #meta: Database<Buffer, string>
  readonly #env: RootDatabase<Buffer, string>

  private constructor(path: string, env: RootDatabase<Buffer, string>) {
    this.path = path
    this.#env = env
    this.rows = env.openDB('rows', { encoding: 'binary' })
    this.unique = env.openDB('unique', { encoding: 'binary' })
    this.foreign = env.openDB('foreign', { encoding: 'binary' })
    this.#meta = env.openDB('meta', { encoding: 'binary' })
  }

  /** A new, empty file that only this user may read. */
  static create(path: string, state: GenerationState): Generation {
    for (const file of [path, `${path}-lock`]) closeSync(openSync(file, 'wx', 0o600))
    const generation = Generation.open(path)
    generation.write(() => generation.setState(state))
    return generation
  }

  /** The file must have been checked: LMDB trusts it. */
  static open(path: string, mode: 'write' | 'read' = 'write'): Generation {
    const env = open<Buffer, string>(path, {
      encoding: 'binary',
      noSubdir: true,
      maxDbs: 8,
      maxReaders,
      mapSize: mapBytes,
      readOnly: mode === 'read',
    })
    return new Generation(path, env)
  }

  /** `undefined` if there is none, or not in a form this code knows. Throws if what is stored cannot be decoded. */
  state(view?: Transaction): GenerationState | undefined {
    const bytes = this.#meta.get('state', view && { transaction: view })
    if (!bytes) return undefined
    const state = JSON.parse(bytes.toString()) as GenerationState
    return state.format === replicaFormat ? state : undefined
  }

  /** Within `write`. */
  setState(state: GenerationState): void {
    this.#meta.putSync('state', Buffer.from(JSON.stringify(state)))
  }

  /** Runs the writes in one transaction that is on disk when this returns; a throw undoes them. */
  write(writes: () => void): void {
    this.#env.transactionSync(writes)
  }

  get(entity: string, id: string): WireRow | undefined {
    const bytes = this.rows.get(rowKey(entity, id))
    return bytes && unpackRow(bytes)
  }

  /** Within `write`: changes the row and its index entries. `before` is the row as it is now. */
  change(change: Change, before: WireRow | undefined): void {
    const { entity, id } = change
    if (before) this.#unindex(entity, id, before)
    if (change.op === 'put') {
      this.rows.putSync(rowKey(entity, id), packRow(change.row))
      this.index(entity, id, change.row)
    } else if (before) this.rows.removeSync(rowKey(entity, id))
  }

  /** Within `write`. */
  index(entity: string, id: string, row: WireRow): void {
    const keys = indexKeys(entity, id, row)
    for (const key of keys.unique) this.unique.putSync(key, Buffer.from(id))
    for (const key of keys.foreign) this.foreign.putSync(key, Buffer.alloc(0))
  }

  /** A new read view pinned to the last commit, until `done`. */
  pin(): Transaction {
    this.rows.resetReadTxn()
    return this.rows.useReadTransaction()
  }

  async close(): Promise<void> {
    await this.#env.close()
  }

  /** Removes the files; readers that have them open go on reading until they close them. */
  async discard(): Promise<void> {
    removeFiles(this.path)
    await this.close()
  }

  #unindex(entity: string, id: string, row: WireRow): void {
    const keys = indexKeys(entity, id, row)
    for (const key of keys.unique) {
      // Within one delta a value may have moved on to another row already.
      if (this.unique.get(key)?.toString() === id) this.unique.removeSync(key)
    }
    for (const key of keys.foreign) this.foreign.removeSync(key)
  }
}

export function removeFiles(path: string): void {
  for (const file of [path, `${path}-lock`]) rmSync(file, { force: true })
}

export function emptyState(standing: Standing): GenerationState {
  return { ...standing, format: replicaFormat, indexes: indexDefinition(), building: null }
}

export function stateAt(history: string, revision: Revision, sum: DigestSum): GenerationState {
  return emptyState({ history, revision, digest: formatDigest(sum) })
}
