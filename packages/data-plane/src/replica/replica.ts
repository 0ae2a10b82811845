import { addRow, formatDigest, nowhere, parseDigest, removeRow } from '@holdfast/sync'
import type { Change, Delta, DigestSum, PartialSnapshot, Revision, Standing, WireRow } from '@holdfast/sync'
import { ReplicaFolder } from './folder.ts'
import { emptyState, removeFiles } from './generation.ts'
import type { Generation } from './generation.ts'
import { LmdbReader } from './lmdb-reader.ts'
import { openGeneration } from './open-generation.ts'
import type { OpenLog, Opened } from './open-generation.ts'
import { OverlayReader } from './overlay-reader.ts'
import type { ReplicaReader, Touched } from './reader.ts'
import { SnapshotReceiver } from './snapshot-receiver.ts'

export type ReplicaLog = OpenLog

export interface ReplicaOptions {
  /** Folder of the replica alone. */
  readonly path: string
  readonly log: ReplicaLog
  /** Milliseconds that opening waits for the verification of what is on disk (default 3000). */
  readonly patienceMs?: number
}

/** A change of the replica that fits and whose digest is right, not yet committed. */
export interface Prepared {
  readonly kind: 'ready'
  /** The rows as they would be. */
  readonly reader: ReplicaReader
  readonly touched: Touched
  readonly standing: Standing
  /** Durable when it returns. */
  commit(): void
}

export type Applied = 'applied' | 'gap' | 'diverged' | 'duplicate'

/**
 * The writer of a data plane's replica: the only one, on the main thread. Rows, indexes and where they stand change in one
 * transaction; a snapshot is received into a file of its own and takes the old one's place when it is whole.
 */
export class Replica {
  /** What is served, as of the last commit. */
  readonly reader: LmdbReader
  readonly #folder: ReplicaFolder
  readonly #log: ReplicaLog
  #generation: Generation | undefined
  #standing: Standing = nowhere
  #sum: DigestSum = 0n
  #snapshot: SnapshotReceiver | undefined
  /** Reads the snapshot while it is tried. */
  #trial: LmdbReader | undefined
  #verification: Opened | undefined
  #onCorrupt: (() => void) | undefined
  #damage: string | undefined

  private constructor(folder: ReplicaFolder, log: ReplicaLog) {
    this.#folder = folder
    this.#log = log
    this.reader = new LmdbReader(undefined)
  }

  /** Verifies and opens what is on disk; what is damaged is set aside, and the replica is then empty. */
  static async open(options: ReplicaOptions): Promise<Replica> {
    const folder = new ReplicaFolder(options.path)
    folder.prepare()
    const replica = new Replica(folder, options.log)
    const current = folder.current()
    if (current !== undefined) {
      // The last run served this file unverified and died: it may be why, so it is read to the end first.
      const patienceMs = folder.verificationPending ? Infinity : (options.patienceMs ?? 3000)
      const opened = await openGeneration(current, { folder, log: options.log, patienceMs })
      folder.verificationPending = 'later' in opened && opened.later !== undefined
      if ('damage' in opened) replica.#damage = opened.damage
      else replica.#adopt(opened)
    }
    await replica.#resumeSnapshot()
    return replica
  }

  get standing(): Standing {
    return this.#standing
  }

  /** What was wrong with the replica that was set aside, until there is another one. */
  get damage(): string | undefined {
    return this.#damage
  }

  /** The snapshot that was being received when the connection, or the process, ended. */
  get partial(): PartialSnapshot | null {
    return this.#snapshot?.partial ?? null
  }

  /** Called when a verification that opening did not wait for finds damage; the replica is empty then. */
  onCorrupt(listener: () => void): void {
    this.#onCorrupt = listener
  }

  /** Judges a delta without changing anything. */
  prepare(delta: Delta): Prepared | { readonly kind: Exclude<Applied, 'applied'> } {
    if (!this.#generation) return { kind: 'gap' }
    if (delta.to <= this.#standing.revision) return { kind: 'duplicate' }
    if (delta.from !== this.#standing.revision) return { kind: 'gap' }
    const sum = this.#sumAfter(this.#generation, delta.changes)
    if (formatDigest(sum) !== delta.digest) return { kind: 'diverged' }
    const standing = { ...this.#standing, revision: delta.to, digest: delta.digest }
    const touched = delta.changes.map(({ entity, id }) => ({ entity, id }))
    return {
      kind: 'ready',
      reader: new OverlayReader(this.reader, delta.to, delta.changes),
      touched,
      standing,
      commit: () => this.#commit(delta.from, delta.changes, standing, sum, touched),
    }
  }

  apply(delta: Delta): Applied {
    const prepared = this.prepare(delta)
    if (prepared.kind !== 'ready') return prepared.kind
    prepared.commit()
    return 'applied'
  }

  /** Makes room for a snapshot, or goes on with the partial one. */
  async beginSnapshot(begin: Standing & { readonly chunks: number; readonly next: number }): Promise<void> {
    if (begin.next > 0 && this.#snapshot?.continues(begin)) return
    await this.dropSnapshot()
    this.#snapshot = SnapshotReceiver.create(this.#folder.newPath(), begin)
  }

  /** Durable when it returns. */
  storeChunk(index: number, rows: readonly (readonly [string, string, WireRow])[]): void {
    if (!this.#snapshot) throw new Error('a chunk without a snapshot')
    this.#snapshot.store(index, rows)
  }

  /** The whole snapshot, verified but not yet served. */
  prepareSnapshot(digest: string): Prepared | { readonly kind: 'diverged' } {
    const snapshot = this.#snapshot
    if (!snapshot?.isWhole(digest)) return { kind: 'diverged' }
    const standing = { history: snapshot.partial.history, revision: snapshot.partial.revision, digest }
    this.#trial = new LmdbReader(snapshot.generation, { rows: 1000, lookups: 1000 })
    return {
      kind: 'ready',
      reader: this.#trial,
      touched: 'all',
      standing,
      commit: () => {
        this.#endTrial()
        snapshot.finish(standing)
        this.#snapshot = undefined
        this.#swap(snapshot.generation, standing)
      },
    }
  }

  async dropSnapshot(): Promise<void> {
    const snapshot = this.#snapshot
    this.#snapshot = undefined
    this.#endTrial()
    await snapshot?.generation.discard()
  }

  async close(): Promise<void> {
    this.#verification?.stop()
    this.reader.close()
    this.#endTrial()
    await this.#snapshot?.generation.close()
    await this.#generation?.close()
  }

  #adopt(opened: Opened): void {
    const state = opened.generation.state()!
    this.#generation = opened.generation
    this.#standing = { history: state.history, revision: state.revision, digest: state.digest }
    this.#sum = parseDigest(state.digest) ?? 0n
    this.reader.replace(opened.generation)
    if (!opened.later) return
    this.#verification = opened
    void opened.later.then((verdict) => {
      this.#verification = undefined
      if (verdict.kind === 'corrupt') this.#lose(verdict.reason)
      // Stopped with the process, or out of memory: still to be done.
      else if (verdict.kind === 'sound') this.#folder.verificationPending = false
    })
  }

  /** A snapshot that was cut off by the end of the process goes on; other files nobody will ask for again. */
  async #resumeSnapshot(): Promise<void> {
    for (const path of this.#folder.others()) {
      const receiver = this.#snapshot ? undefined : await SnapshotReceiver.reopen(path, this.#folder, this.#log)
      if (receiver) this.#snapshot = receiver
      else removeFiles(path)
    }
  }

  #sumAfter(generation: Generation, changes: readonly Change[]): DigestSum {
    let sum = this.#sum
    const seen = new Map<string, WireRow | undefined>()
    for (const change of changes) {
      const key = `${change.entity}/${change.id}`
      const before = seen.has(key) ? seen.get(key) : generation.get(change.entity, change.id)
      if (before) sum = removeRow(sum, change.entity, change.id, before)
      if (change.op === 'put') sum = addRow(sum, change.entity, change.id, change.row)
      seen.set(key, change.op === 'put' ? change.row : undefined)
    }
    return sum
  }

  #commit(from: Revision, changes: readonly Change[], standing: Standing, sum: DigestSum, touched: Touched): void {
    const generation = this.#generation
    if (!generation || this.#standing.revision !== from)
      throw new Error('the replica has changed since the delta was prepared')
    generation.write(() => {
      for (const change of changes) generation.change(change, generation.get(change.entity, change.id))
      generation.setState(emptyState(standing))
    })
    this.#standing = standing
    this.#sum = sum
    this.reader.refresh(touched)
  }

  #swap(next: Generation, standing: Standing): void {
    const previous = this.#generation
    this.#folder.setCurrent(next.path)
    this.#generation = next
    this.#standing = standing
    this.#sum = parseDigest(standing.digest) ?? 0n
    this.#damage = undefined
    this.#verification?.stop()
    this.#folder.verificationPending = false
    this.reader.replace(next)
    void previous?.discard()
  }

  #endTrial(): void {
    this.#trial?.close()
    this.#trial = undefined
  }

  #lose(reason: string): void {
    const generation = this.#generation
    if (!generation) return
    this.#generation = undefined
    this.#damage = reason
    this.#standing = nowhere
    this.#sum = 0n
    const aside = this.#folder.setAside(generation.path)
    this.#folder.verificationPending = false
    this.reader.replace(undefined)
    void generation.close()
    this.#log.error({ path: aside, reason }, 'the replica is damaged and was set aside')
    this.#onCorrupt?.()
  }
}
