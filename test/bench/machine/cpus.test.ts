import { expect, test } from 'vitest'
import { isInstalled, parseCpuList } from './cpus.ts'

test.each([
  ['0-1', [0, 1]],
  ['0', [0]],
  ['2-4,7,9-10', [2, 3, 4, 7, 9, 10]],
  ['', []],
])('CPU list %j', (list, expected) => {
  expect(parseCpuList(list)).toEqual(expected)
})

test.each([
  ['sh', true],
  ['no-such-program-anywhere', false],
  ['$(true)', false],
])('is %s installed', (program, expected) => {
  expect(isInstalled(program)).toBe(expected)
})
