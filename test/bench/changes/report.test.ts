import { expect, test } from 'vitest'
import type { OpenLoopReport } from '../load/open-loop.ts'
import type { SteadyPlan } from './measure-steady.ts'
import { reportEffect, reportSteady } from './report.ts'

const effect = (latency: number, bytes: number) => ({
  latencies: Array.from({ length: 100 }, (_, n) => (n < 98 ? 10 : latency)),
  bytesToDataPlane: bytes,
  bytesToControlPlane: 105,
})

test.each([
  [150, 440, '≤ 150 met', '× ≤ 1.05 met'],
  [151, 440, '≤ 150 MISSED', '× ≤ 1.05 met'],
  [20, 44_000, '≤ 150 met', '× ≤ 1.05 MISSED'],
])('effect after %d ms and %d bytes', (latency, bytes, time, size) => {
  const { columns, rows } = reportEffect([
    { routes: 10, effect: effect(10, 435) },
    { routes: 10_000, effect: effect(latency, bytes) },
  ])
  expect(columns).toEqual(['', '10 routes', '10000 routes', 'target'])
  expect(rows.map((row) => row.at(-1))).toEqual(['', time, size, ''])
})

const plan: SteadyPlan = { rounds: 1, roundSeconds: 1, connections: 1, rate: 2000, changes: 50 }
const report = (p50: number, p99: number): OpenLoopReport => ({
  requests: 1,
  seconds: 1,
  faults: {},
  latenessP99: 1,
  p50,
  p99,
})

test.each([
  [[2], [3], '≤ 1.5 met'],
  [[2], [3.1], '≤ 1.5 MISSED'],
  // A bad second of the machine in one round does not decide.
  [[2, 2, 2], [3, 30, 2], '≤ 1.5 met'],
])('p99 %j quiet, %j changing', (quiet, changing, expected) => {
  const rounds = quiet.map((p99, n) => ({ quiet: report(1, p99), changing: report(1, changing[n]!), changed: 50 }))
  const table = reportSteady(rounds, plan, 10)
  expect(table.rows[1]!.at(-1)).toBe(expected)
  expect(table.remarks).toHaveLength(1)
})

test('an overloaded machine is named', () => {
  const { remarks } = reportSteady([{ quiet: report(900, 2000), changing: report(900, 2000), changed: 50 }], plan, 10)
  expect(remarks[1]).toMatch(/^Overloaded/)
})

test.each([
  [46, false],
  [44, true],
])('%d changes a second instead of 50', (changed, tooFew) => {
  const { remarks } = reportSteady([{ quiet: report(1, 2), changing: report(1, 2), changed }], plan, 10)
  expect(remarks[0]!.includes('too kind')).toBe(tooFew)
})
