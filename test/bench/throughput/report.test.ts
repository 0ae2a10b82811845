import { expect, test } from 'vitest'
import type { Candidate } from '../candidates/candidate.ts'
import { ratio, reportThroughput } from './report.ts'
import type { Measured, Sample } from './rounds.ts'

function measured(kind: Candidate['kind'], cpu: readonly number[], utilisation = 1): Measured {
  const samples = cpu.map((cpuPerRequest): Sample => ({
    requestsPerSecond: 1e6 / cpuPerRequest,
    p50: 1,
    p99: 2,
    cpuPerRequest,
    threadCpuPerRequest: cpuPerRequest - 1,
    utilisation,
    residentBytes: 50 * 2 ** 20,
  }))
  return { candidate: { name: kind, kind, start: () => Promise.reject(new Error('not here')) }, samples }
}

const nginx = measured('nginx', [20, 40, 20])

test('a ratio is taken within each round', () => {
  // The machine was half as fast in the second round, for both: the medians alone would say 1.5.
  expect(ratio(measured('holdfast-bare', [30, 60, 26]), nginx, 'cpuPerRequest')).toBe(1.5)
  expect(ratio(measured('holdfast-bare', [30, 56, 30]), nginx, 'cpuPerRequest')).toBe(1.5)
})

const verdicts: [name: string, given: Measured[], row: number, cells: string[]][] = [
  ['bare, met', [nginx, measured('holdfast-bare', [29, 58, 29])], 1, ['1.45', '≤ 1.45 met']],
  ['bare, missed', [nginx, measured('holdfast-bare', [30, 60, 30])], 1, ['1.50', '≤ 1.45 MISSED']],
  ['plugins, met', [nginx, measured('holdfast-plugins', [34, 68, 34])], 1, ['1.70', '≤ 1.7 met']],
  ['no nginx', [measured('holdfast-bare', [30, 60, 30])], 0, ['–', '≤ 1.45 (no nginx)']],
  ['nobody is judged but Holdfast', [nginx, measured('node-gateway', [100, 200, 100])], 1, ['5.00', '']],
]

test.each(verdicts)('%s', (_name, given, row, cells) => {
  expect(reportThroughput(given, []).rows[row]!.slice(2, 4)).toEqual(cells)
})

test('the best Node gateway is the one with the least CPU', () => {
  const { remarks } = reportThroughput(
    [measured('holdfast-bare', [25]), measured('node-gateway', [200]), measured('node-gateway', [100])],
    [],
  )
  expect(remarks[0]).toMatch(/takes 4.00 × .*: ≥ 4 met$/)
})

test('a proxy that did not use up its CPU is named', () => {
  expect(reportThroughput([measured('nginx', [20], 0.5)], []).remarks.join()).toContain('limit of the rig')
  expect(reportThroughput([measured('nginx', [20], 0.95)], []).remarks.join()).not.toContain('limit of the rig')
})
