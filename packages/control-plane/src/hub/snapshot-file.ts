import { open, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { addRow, encodeFrame, formatDigest, limits } from '@holdfast/sync'
import type { Revision, Standing } from '@holdfast/sync'
import type { Head, SnapshotRow } from '../store/change-log.ts'

/** A snapshot on disk: its chunks as the frames that are sent, one behind the other. Many readers, one file. */
export class SnapshotFile {
  readonly standing: Standing
  readonly rows: number
  readonly #path: string
  readonly #file: FileHandle
  /** Where each chunk begins, and where the last one ends. */
  readonly #offsets: readonly number[]
  #readers = 0
  #retired = false

  private constructor(path: string, file: FileHandle, standing: Standing, rows: number, offsets: readonly number[]) {
    this.#path = path
    this.#file = file
    this.standing = standing
    this.rows = rows
    this.#offsets = offsets
  }

  /** Writes all rows; nothing is left behind if that fails. Throws if their digest is not the one the head has. */
  static async write(
    path: string,
    history: string,
    head: Head,
    batches: AsyncIterable<readonly SnapshotRow[]>,
  ): Promise<SnapshotFile> {
    const file = await open(path, 'wx+', 0o600)
    try {
      const offsets = [0]
      let sum = 0n
      let rows = 0
      for await (const batch of batches) {
        for (const { entity, id, row } of batch) sum = addRow(sum, entity, id, row)
        rows += batch.length
        for (const frame of chunkFrames(batch, head.revision, offsets.length - 1)) {
          const at = offsets.at(-1) ?? 0
          await file.write(frame, 0, frame.length, at)
          offsets.push(at + frame.length)
        }
      }
      if (formatDigest(sum) !== head.digest) {
        throw new Error(`the rows of revision ${head.revision} do not have the digest that the store recorded for it`)
      }
      return new SnapshotFile(path, file, { history, ...head }, rows, offsets)
    } catch (error) {
      await file.close()
      await rm(path, { force: true })
      throw error
    }
  }

  get chunks(): number {
    return this.#offsets.length - 1
  }

  /** The frame of a chunk, ready to be sent. */
  async frame(index: number): Promise<Buffer> {
    const start = this.#offsets[index] ?? 0
    const length = (this.#offsets[index + 1] ?? start) - start
    const frame = Buffer.allocUnsafe(length)
    const { bytesRead } = await this.#file.read(frame, 0, length, start)
    if (bytesRead !== length) throw new Error(`the snapshot file ends in chunk ${index}`)
    return frame
  }

  /** Keeps the file readable until `release`. */
  hold(): void {
    this.#readers += 1
  }

  async release(): Promise<void> {
    this.#readers -= 1
    if (this.#retired && this.#readers === 0) await this.#file.close()
  }

  /** Removes it; who holds it reads on. */
  async retire(): Promise<void> {
    if (this.#retired) return
    this.#retired = true
    await rm(this.#path, { force: true })
    if (this.#readers === 0) await this.#file.close()
  }
}

/** Chunks of so many rows, and fewer where the rows are large. */
function* chunkFrames(batch: readonly SnapshotRow[], revision: Revision, first: number): Iterable<Buffer> {
  let index = first
  const pieces: (readonly SnapshotRow[])[] = []
  for (let at = 0; at < batch.length; at += limits.chunkRows) pieces.push(batch.slice(at, at + limits.chunkRows))
  for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
    const rows = piece.map(({ entity, id, row }) => [entity, id, row] as const)
    const frame = encodeFrame({ type: 'snapshot-chunk', revision, index, rows })
    if (frame.readUInt32BE(4) > 2 * limits.chunkBytes && piece.length > 1) {
      const half = Math.ceil(piece.length / 2)
      pieces.unshift(piece.slice(0, half), piece.slice(half))
      continue
    }
    yield frame
    index += 1
  }
}
