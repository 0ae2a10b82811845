import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { counterFamilies } from './counter-families.ts'
import { attachCounters, createCounters } from './counters.ts'
import type { Stress } from './counters.stress.ts'
import { renderExposition } from './exposition.ts'
import { createSharedMemory } from './memory.ts'

const seed = [1, 2, 3, 4] as const

async function stress(settings: Omit<Stress, 'gate'>): Promise<number> {
  const workerData: Stress = { ...settings, gate: new SharedArrayBuffer(4) }
  const passed = Array.from({ length: settings.threads }, async () => {
    const worker = new Worker(new URL('./counters.stress.ts', import.meta.url), { workerData })
    return (await once(worker, 'message'))[0] as number
  })
  return (await Promise.all(passed)).reduce((sum, one) => sum + one, 0)
}

describe('one thread', () => {
  test('a counter begins with the first addition and is forgotten when it expires', () => {
    const counters = attachCounters(createCounters(64, seed))
    expect(counters.read('a', 0)).toBe(0)
    expect(counters.add('a', 2, 1_500.5, 1_000)).toBe(2)
    expect(counters.add('a', 3, 9_999, 1_400)).toBe(5)
    expect(counters.read('a', 1_499)).toBe(5)
    expect(counters.read('a', 1_500)).toBe(0)
    expect(counters.add('a', 1, 3_000, 1_500)).toBe(1)
    expect(counters.read('a', 2_999)).toBe(1)
  })

  test('amounts may be negative and keys any text', () => {
    const counters = attachCounters(createCounters(64, seed))
    expect(counters.add('', -3, 10, 0)).toBe(-3)
    expect(counters.add('日本', 1, 10, 0)).toBe(1)
    expect(counters.add('日本語', 1, 10, 0)).toBe(1)
    expect(counters.add('\u0000', 1, 10, 0)).toBe(1)
    expect(counters.add('', 1, 10, 0)).toBe(-2)
  })

  test('counters within a name are apart from the others, and the same wherever the name is used', () => {
    const counters = attachCounters(createCounters(64, seed))
    counters.add('a', 1, 10, 0)
    counters.within('minute').add('a', 5, 10, 0)
    expect(counters.read('a', 0)).toBe(1)
    expect(counters.within('minute').add('a', 1, 10, 0)).toBe(6)
    expect(counters.within('hour').read('a', 0)).toBe(0)
    expect(counters.within('minute').within('a').read('a', 0)).toBe(0)
  })

  test('a counter without end lives', () => {
    const counters = attachCounters(createCounters(64, seed))
    counters.add('a', 1, Infinity, 0)
    expect(counters.read('a', Date.now())).toBe(1)
  })

  test('a full bucket makes room: expired counters first, then the one that ends soonest, which is told', () => {
    const counters = attachCounters(createCounters(16, seed))
    for (let i = 0; i < 16; i++) counters.add(`k${i}`, 1, 1_000 + i, 0)
    counters.add('later', 1, 5_000, 1_000)
    expect(counters.stats.evicted).toBe(0)
    expect(counters.read('later', 1_000)).toBe(1)
    counters.add('more', 1, 5_000, 1_000)
    expect(counters.stats).toEqual({ used: 16, evicted: 1, uncounted: 0 })
    expect(counters.read('k1', 1_000)).toBe(0)
    expect(counters.read('k2', 1_000)).toBe(1)
    expect(renderExposition(counterFamilies(counters))).toContain('\nholdfast_shared_counters_evicted_total 1\n')
  })

  test('tens of thousands of counters are kept apart', () => {
    const counters = attachCounters(createSharedMemory(131_072).counters)
    for (let round = 1; round <= 2; round++)
      for (let i = 0; i < 20_000; i++) expect(counters.add(`ratelimit:${i}`, i, 5_000, 0)).toBe(i * round)
    expect(counters.stats.evicted).toBe(0)
  })
})

describe('several threads', () => {
  const cases: [name: string, capacity: number, keys: number, rounds: number][] = [
    ['keys that spread over many buckets', 4_096, 300, 300],
    ['keys that meet in one bucket', 16, 5, 20_000],
  ]
  test.each(cases)('no addition is lost and no key has two counters: %s', async (_, capacity, keys, rounds) => {
    const handle = createCounters(capacity, seed)
    const threads = 4
    const limit = 7
    const passed = await stress({ handle, threads, keys, rounds, limit })
    const counters = attachCounters(handle)
    for (let key = 0; key < keys; key++)
      for (let window = 0; window < 3; window++) {
        const inWindow = Math.floor((rounds - window + 2) / 3)
        expect(counters.read(`key ${key} in ${window}`, 1_000)).toBe(threads * inWindow)
      }
    // Every value was handed out exactly once, so exactly `limit` additions per counter saw one up to it.
    expect(passed).toBe(keys * 3 * limit)
    expect(counters.stats).toEqual({ used: keys * 3, evicted: 0, uncounted: 0 })
  })

  test('counters come and go in a crowded bucket', async () => {
    const handle = createCounters(16, seed)
    await stress({ handle, threads: 4, keys: 40, rounds: 3_000, limit: 0 })
    const counters = attachCounters(handle)
    expect(counters.stats.evicted).toBeGreaterThan(0)
    expect(counters.stats.uncounted).toBe(0)
    // The table works on: a key that is brought in now counts from one.
    for (let i = 1; i <= 100; i++) expect(counters.add('after', 1, 20_000, 1_000)).toBe(i)
  })
})
