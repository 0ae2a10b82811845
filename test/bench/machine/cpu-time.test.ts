import { expect, test } from 'vitest'
import { cpuUse, readCpuTime } from './cpu-time.ts'

test('agrees with what the process itself is told', () => {
  const before = readCpuTime([process.pid])
  const own = process.cpuUsage()
  for (const until = performance.now() + 100; performance.now() < until;) Math.sqrt(until)
  const { user, system } = process.cpuUsage(own)
  const used = cpuUse(before, readCpuTime([process.pid]))
  expect(used.totalNs / 1e6).toBeGreaterThan(20)
  expect(Math.abs(used.totalNs / 1e3 - (user + system))).toBeLessThan(30_000)
  expect(used.busiestThreadNs).toBeLessThanOrEqual(used.totalNs)
  expect(used.busiestThreadNs).toBeGreaterThan(used.totalNs / 2)
})

test('threads that appear in between count from zero', () => {
  expect(
    cpuUse(
      new Map([['1/1', 100]]),
      new Map([
        ['1/1', 150],
        ['1/2', 80],
      ]),
    ),
  ).toEqual({
    totalNs: 130,
    busiestThreadNs: 80,
  })
})
