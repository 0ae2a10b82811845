import { randomBytes } from 'node:crypto'
import { createCounters, type CountersHandle } from './counters.ts'

/** Memory that all threads of a data plane share; made once in the main thread and handed to every proxy thread at birth. */
export interface SharedMemory {
  readonly counters: CountersHandle
}

/** 262144 counters: 8 MB, about what Kong's 12 MB `kong_rate_limiting_counters` holds. */
const DEFAULT_COUNTERS = 262_144

export function createSharedMemory(counters = DEFAULT_COUNTERS): SharedMemory {
  const random = randomBytes(16)
  const seed = [0, 4, 8, 12].map((at) => random.readInt32LE(at))
  return { counters: createCounters(counters, [seed[0]!, seed[1]!, seed[2]!, seed[3]!]) }
}
