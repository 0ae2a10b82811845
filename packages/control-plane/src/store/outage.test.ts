import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestPostgres, startPostgres } from '../../../../test/support/postgres.ts'
import type { Store } from './store.ts'
import { bootstrapped, openTestStore, uuid } from './testing.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.remove())

async function writes(store: Store, n: number): Promise<void> {
  await store.transact((transaction) => transaction.insert('consumers', { id: uuid(n), username: `c${n}` }))
}

/** How long this takes to fail, in milliseconds. */
async function failsAfter(work: Promise<unknown>): Promise<number> {
  const started = performance.now()
  await expect(work).rejects.toThrow()
  return performance.now() - started
}

describe('a database that goes away', () => {
  const cases: [name: string, away: () => Promise<void>, back: () => Promise<void>][] = [
    ['stopped and started', () => postgres.stop(), () => postgres.start()],
    ['killed and started', () => postgres.kill(), () => postgres.start()],
    ['frozen and thawed', async () => postgres.pause(), async () => postgres.resume()],
  ]
  for (const [name, away, back] of cases) {
    test(`${name}: calls fail in time, nothing dies, and all comes back by itself`, async () => {
      const config = { ...(await bootstrapped(postgres)), timeoutMs: 700, poolSize: 3 }
      const store = await openTestStore(config, { pollMs: 3_600_000 })
      let wakes = 0
      store.log.onCommit(() => wakes++)
      await writes(store, 1)
      await expect.poll(() => wakes).toBeGreaterThan(0)

      await away()
      // More than the pool has connections, so that some wait for one.
      const failures = await Promise.all([
        ...Array.from({ length: 4 }, () => failsAfter(store.reader.get('consumers', uuid(1)))),
        failsAfter(writes(store, 2)),
      ])
      expect(Math.max(...failures)).toBeLessThan(5_000)
      expect(await store.reachable()).toBe(false)

      await back()
      await expect.poll(() => store.reachable(), { timeout: 10_000 }).toBe(true)
      // The slow poll is off: only the connection that listens can wake.
      let next = 3
      const isHeard = async () => {
        const before = wakes
        await writes(store, next++)
        await delay(100)
        return wakes > before
      }
      await expect.poll(isHeard, { timeout: 15_000 }).toBe(true)
      await store.close()
    })
  }
})
