import { expect, test } from 'vitest'
import { median, percentile } from './statistics.ts'

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)

test.each([
  [hundred, 0.5, 50],
  [hundred, 0.99, 99],
  [hundred, 1, 100],
  [hundred, 0, 1],
  [[10, 9], 0.99, 10],
  [[7], 0.5, 7],
  [[], 0.5, NaN],
] as const)('percentile %#', (samples, p, expected) => {
  expect(percentile(samples, p)).toBe(expected)
})

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[100, 9], 54.5],
  [[], NaN],
] as const)('median of %j', (samples, expected) => {
  expect(median(samples)).toBe(expected)
})
