import { randomFillSync } from 'node:crypto'

const size = 16
const pool = Buffer.alloc(size * 256)
let used = pool.length

/** 32 random hex digits. Random bytes are fetched for many ids at once: asking costs more than the bytes. */
export function newRequestId(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const start = used
  used += size
  return pool.toString('hex', start, used)
}
