import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { createSharedMemory } from './memory.ts'
import type { RateLimitingStress } from './rate-limiting.stress.ts'

const cases: [config: Record<string, number>, passes: number][] = [
  [{ day: 100 }, 100],
  [{ month: 1 }, 1],
  // The longer window refuses first, and what the shorter had counted is given back.
  [{ hour: 90, day: 90, month: 1_000 }, 90],
]
test.each(cases)('of requests that come to four threads at once exactly %j pass', async (limits, passes) => {
  const workerData: RateLimitingStress = {
    memory: createSharedMemory(1_024),
    gate: new SharedArrayBuffer(4),
    threads: 4,
    clients: 5,
    requests: 400,
    config: { ...limits, limit_by: 'ip' },
  }
  const perThread = await Promise.all(
    Array.from({ length: workerData.threads }, async () => {
      const worker = new Worker(new URL('./rate-limiting.stress.ts', import.meta.url), { workerData })
      return (await once(worker, 'message'))[0] as number[]
    }),
  )
  for (let client = 0; client < workerData.clients; client++)
    expect(perThread.reduce((sum, passed) => sum + passed[client]!, 0)).toBe(passes)
})
