import { addRow, emptyDigest, formatDigest, parseDigest } from '@holdfast/sync'
import type { PartialSnapshot, Standing, WireRow } from '@holdfast/sync'
import type { ReplicaFolder } from './folder.ts'
import { Generation, emptyState } from './generation.ts'
import type { GenerationState } from './generation.ts'
import { openGeneration } from './open-generation.ts'
import type { OpenLog } from './open-generation.ts'

type Building = NonNullable<GenerationState['building']>

/** A snapshot on its way into a generation of its own, chunk by chunk, so that it can go on after a cut or a restart. */
export class SnapshotReceiver {
  readonly generation: Generation
  #building: Building

  private constructor(generation: Generation, building: Building) {
    this.generation = generation
    this.#building = building
  }

  static create(path: string, begin: Standing & { readonly chunks: number }): SnapshotReceiver {
    const { history, revision, chunks } = begin
    const building: Building = { history, revision, chunks, next: 0, digest: emptyDigest }
    const state = emptyState({ history, revision, digest: begin.digest })
    return new SnapshotReceiver(Generation.create(path, { ...state, building }), building)
  }

  /** A snapshot that an earlier process began; `undefined` if the file is damaged or holds none. */
  static async reopen(path: string, folder: ReplicaFolder, log: OpenLog): Promise<SnapshotReceiver | undefined> {
    const opened = await openGeneration(path, { folder, log, patienceMs: Infinity })
    if ('damage' in opened) return undefined
    const building = opened.generation.state()?.building
    if (building) return new SnapshotReceiver(opened.generation, building)
    await opened.generation.close()
    return undefined
  }

  get partial(): PartialSnapshot {
    const { history, revision, next } = this.#building
    return { history, revision, next }
  }

  continues(begin: Standing & { readonly chunks: number; readonly next: number }): boolean {
    const { history, revision, chunks, next } = this.#building
    return history === begin.history && revision === begin.revision && chunks === begin.chunks && next === begin.next
  }

  store(index: number, rows: readonly (readonly [entity: string, id: string, row: WireRow])[]): void {
    if (index !== this.#building.next) throw new Error(`chunk ${index} where ${this.#building.next} belongs`)
    let sum = parseDigest(this.#building.digest) ?? 0n
    for (const [entity, id, row] of rows) sum = addRow(sum, entity, id, row)
    const building = { ...this.#building, next: index + 1, digest: formatDigest(sum) }
    const { generation } = this
    generation.write(() => {
      for (const [entity, id, row] of rows) generation.change({ op: 'put', entity, id, row }, undefined)
      generation.setState({ ...generation.state()!, building })
    })
    this.#building = building
  }

  isWhole(digest: string): boolean {
    return this.#building.next === this.#building.chunks && this.#building.digest === digest
  }

  finish(standing: Standing): void {
    this.generation.write(() => this.generation.setState(emptyState(standing)))
  }
}
