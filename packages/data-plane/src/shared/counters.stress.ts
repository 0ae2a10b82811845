/** A thread of the stress test: adds to keys that the others use too, beginning when all are there. */
import { parentPort, workerData } from 'node:worker_threads'
import { attachCounters, type CountersHandle } from './counters.ts'

export interface Stress {
  readonly handle: CountersHandle
  readonly gate: SharedArrayBuffer
  readonly threads: number
  readonly keys: number
  readonly rounds: number
  readonly limit: number
}

const { handle, gate, threads, keys, rounds, limit } = workerData as Stress
const counters = attachCounters(handle)
const waiting = new Int32Array(gate)
Atomics.add(waiting, 0, 1)
while (Atomics.load(waiting, 0) < threads);

let passed = 0
for (let round = 0; round < rounds; round++)
  for (let key = 0; key < keys; key++) {
    if (counters.add(`key ${key} in ${round % 3}`, 1, 10_000, 1_000) <= limit) passed += 1
  }
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker port has none
parentPort!.postMessage(passed)
