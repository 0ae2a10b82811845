/** A proxy thread of the rate-limiting test: sends requests of a few clients through the plugin, beginning when all threads are there. */
import { parentPort, workerData } from 'node:worker_threads'
import { TestExchange, TestHost } from '@holdfast/plugin-kit/testing'
import { plugins } from '@holdfast/plugins'
import { withDefaults } from '@holdfast/schema'
import { attachCounters } from './counters.ts'
import type { SharedMemory } from './memory.ts'

export interface RateLimitingStress {
  readonly memory: SharedMemory
  readonly gate: SharedArrayBuffer
  readonly threads: number
  readonly clients: number
  readonly requests: number
  readonly config: Readonly<Record<string, unknown>>
}

const { memory, gate, threads, clients, requests, config } = workerData as RateLimitingStress
const rateLimiting = plugins.find(({ name }) => name === 'rate-limiting')!
const host = Object.assign(new TestHost(), { counters: attachCounters(memory.counters) })
const { access } = rateLimiting.create(withDefaults(rateLimiting.config, config) as never, host)
const exchanges = Array.from({ length: clients }, (_, client) => new TestExchange({ ip: `192.0.2.${client}` }))

const waiting = new Int32Array(gate)
Atomics.add(waiting, 0, 1)
while (Atomics.load(waiting, 0) < threads);

const passed = new Array<number>(clients).fill(0)
for (let i = 0; i < requests; i++)
  for (const [client, exchange] of exchanges.entries()) if (access!(exchange) === undefined) passed[client]! += 1
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker port has none
parentPort!.postMessage(passed)
