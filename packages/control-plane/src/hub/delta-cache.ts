import { delta, encodeFrame, limits } from '@holdfast/sync'
import type { Revision } from '@holdfast/sync'
import type { ChangeLog } from '../store/change-log.ts'

export interface EncodedDelta {
  readonly frame: Buffer
  readonly digest: string
}

/** Further behind than this a snapshot is less work than reading the log. */
const mostRevisions = 10_000
const keptEntries = 64
const keptBytes = 64 * 1024 * 1024

/** Encodes and compresses each delta once, however many data planes need it. */
export class DeltaCache {
  readonly #log: ChangeLog
  readonly #entries = new Map<string, Promise<EncodedDelta | undefined>>()
  #bytes = 0
  #encoded = 0

  constructor(log: ChangeLog) {
    this.#log = log
  }

  /** How many deltas were encoded so far. */
  get encoded(): number {
    return this.#encoded
  }

  /** `undefined` when only a snapshot can lead there: the log does not reach back, or the delta would be too large. */
  get(from: Revision, to: Revision): Promise<EncodedDelta | undefined> {
    const key = `${from}:${to}`
    const known = this.#entries.get(key)
    if (known) return known
    const made = this.#encode(from, to).then(
      (encoded) => {
        this.#bytes += encoded?.frame.length ?? 0
        return encoded
      },
      (error: unknown) => {
        this.#entries.delete(key)
        throw error
      },
    )
    this.#entries.set(key, made)
    void this.#evict()
    return made
  }

  async #encode(from: Revision, to: Revision): Promise<EncodedDelta | undefined> {
    if (to - from > mostRevisions) return undefined
    const found = await this.#log.changes(from, to)
    if (!found) return undefined
    const squashed = delta(from, to, found.changes, found.digest)
    if (squashed.changes.length > limits.deltaChanges) return undefined
    const frame = encodeFrame({ type: 'delta', ...squashed })
    this.#encoded += 1
    if (frame.length > limits.controlPlaneFrame || messageBytes(frame) > limits.deltaBytes) return undefined
    return { frame, digest: found.digest }
  }

  async #evict(): Promise<void> {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= keptEntries && this.#bytes <= keptBytes) return
      this.#entries.delete(key)
      this.#bytes -= (await entry.catch(() => undefined))?.frame.length ?? 0
    }
  }
}

function messageBytes(frame: Buffer): number {
  return frame.readUInt32BE(4)
}
