import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { createSharedMemory } from './memory.ts'
import type { Passed, RateLimitingStress } from './rate-limiting.stress.ts'

const cases: [limits: Record<string, number>, passes: number][] = [
  [{ day: 100 }, 100],
  [{ month: 1 }, 1],
  // The longer window refuses, and what the shorter had counted is given back.
  [{ hour: 90, day: 90, month: 1_000 }, 90],
]

test('of requests that come to four threads at once exactly as many pass as may', async () => {
  const workerData: RateLimitingStress = {
    memory: createSharedMemory(1_024),
    gate: new SharedArrayBuffer(4),
    threads: 4,
    clients: 5,
    requests: 400,
    configs: cases.map(([limits]) => ({ ...limits, limit_by: 'ip' })),
  }
  const threads = await Promise.all(
    Array.from({ length: workerData.threads }, async () => {
      const worker = new Worker(new URL('./rate-limiting.stress.ts', import.meta.url), { workerData })
      return (await once(worker, 'message'))[0] as Passed
    }),
  )
  for (const [row, [limits, passes]] of cases.entries())
    for (let client = 0; client < workerData.clients; client++) {
      const passed = threads.reduce((sum, thread) => sum + thread[row]![client]!, 0)
      expect(passed, `${JSON.stringify(limits)}, client ${client}`).toBe(passes)
    }
})
