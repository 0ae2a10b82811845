import { expect, test } from 'vitest'
import { RecentCache } from './recent-cache.ts'

test('keeps what is used, drops what is not, and never holds more than its maximum', () => {
  const cache = new RecentCache<number>(10)
  cache.set('used', 0)
  for (let i = 1; i <= 1_000; i++) {
    cache.set(`n${i}`, i)
    expect(cache.get('used')).toBe(0)
  }
  const kept = Array.from({ length: 1_000 }, (_, i) => cache.get(`n${i + 1}`)).filter((value) => value !== undefined)
  expect(kept.length).toBeLessThanOrEqual(10)
  expect(kept).toContain(1_000)
  expect(kept).not.toContain(1)
})

test('a value that was deleted or replaced does not come back from the older generation', () => {
  const cache = new RecentCache<number>(4)
  for (const key of ['a', 'b', 'c', 'd']) cache.set(key, 1)
  cache.set('a', 2)
  expect(cache.get('a')).toBe(2)
  cache.delete('b')
  expect(cache.get('b')).toBeUndefined()
  cache.clear()
  expect(cache.get('a')).toBeUndefined()
})
