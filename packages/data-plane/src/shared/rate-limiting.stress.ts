/** A proxy thread of the rate-limiting test: sends requests of a few clients through the plugin, beginning when all threads are there. */
import { parentPort, workerData } from 'node:worker_threads'
import { parseConfig, TestExchange, TestHost } from '@holdfast/plugin-kit/testing'
import { plugins } from '@holdfast/plugins'
import { attachCounters } from './counters.ts'
import type { SharedMemory } from './memory.ts'

export interface RateLimitingStress {
  readonly memory: SharedMemory
  readonly gate: SharedArrayBuffer
  readonly threads: number
  readonly clients: number
  readonly requests: number
  /** One instance each. */
  readonly configs: readonly Readonly<Record<string, unknown>>[]
}

/** Requests that passed, by instance and client. */
export type Passed = number[][]

const { memory, gate, threads, clients, requests, configs } = workerData as RateLimitingStress
const rateLimiting = plugins.find(({ name }) => name === 'rate-limiting')!
const instances = configs.map((config, i) => {
  const host = Object.assign(new TestHost({ plugin: { id: `row ${i}` } }), {
    counters: attachCounters(memory.counters),
  })
  return rateLimiting.create(parseConfig(rateLimiting, config), host)
})
const exchanges = Array.from({ length: clients }, (_, client) => new TestExchange({ ip: `192.0.2.${client}` }))
const passed: Passed = configs.map(() => exchanges.map(() => 0))

const waiting = new Int32Array(gate)
Atomics.add(waiting, 0, 1)
while (Atomics.load(waiting, 0) < threads);

for (let i = 0; i < requests; i++)
  for (const [row, { access }] of instances.entries())
    for (const [client, exchange] of exchanges.entries()) if (!access!(exchange)) passed[row]![client]! += 1
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker port has none
parentPort!.postMessage(passed)
