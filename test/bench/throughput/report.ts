import { median } from '../statistics.ts'
import { figure, type Table, verdict } from '../table.ts'
import type { Measured, Sample } from './rounds.ts'

export const BARE_TARGET = 1.45
export const PLUGINS_TARGET = 1.7
export const NODE_GATEWAY_TARGET = 4

/** Nothing below this share of the CPU says how fast the proxy could be. */
const SATURATED = 0.9

export function reportThroughput(measured: readonly Measured[], remarks: readonly string[]): Table {
  const nginx = measured.find(({ candidate }) => candidate.kind === 'nginx')
  const limited = measured.filter((one) => middle(one, 'utilisation') < SATURATED)
  return {
    title: 'Proxying: ratios of one run',
    columns: [
      'candidate',
      'CPU µs/request',
      '× nginx',
      'target',
      'busiest thread µs',
      'requests/s',
      '× nginx',
      'p50 ms',
      'p99 ms',
      'CPU busy',
      'RSS MB',
    ],
    rows: measured.map((one) => [
      one.candidate.name,
      figure(middle(one, 'cpuPerRequest')),
      nginx ? figure(ratio(one, nginx, 'cpuPerRequest')) : '–',
      target(one, nginx),
      figure(middle(one, 'threadCpuPerRequest')),
      figure(middle(one, 'requestsPerSecond')),
      nginx ? figure(ratio(one, nginx, 'requestsPerSecond')) : '–',
      figure(middle(one, 'p50')),
      figure(middle(one, 'p99')),
      `${Math.round(100 * middle(one, 'utilisation'))} %`,
      figure(middle(one, 'residentBytes') / 2 ** 20),
    ]),
    remarks: [
      ...againstNodeGateways(measured),
      ...remarks,
      ...(limited.length > 0
        ? [
            `Requests/s of ${limited.map(({ candidate }) => candidate.name).join(', ')} show the limit of the rig, or other work on the machine (CPU not busy), so CPU per request is the figure to read.`,
          ]
        : []),
    ],
  }
}

/** The median of the ratios of each round: both sides met the same minute of the machine. */
export function ratio(one: Measured, other: Measured, key: keyof Sample): number {
  return median(one.samples.map((sample, round) => sample[key] / (other.samples[round]?.[key] ?? NaN)))
}

function middle(one: Measured, key: keyof Sample): number {
  return median(one.samples.map((sample) => sample[key]))
}

function target(one: Measured, nginx: Measured | undefined): string {
  const limit = { 'holdfast-bare': BARE_TARGET, 'holdfast-plugins': PLUGINS_TARGET, nginx: 0, 'node-gateway': 0 }[
    one.candidate.kind
  ]
  if (limit === 0) return ''
  return nginx ? verdict(ratio(one, nginx, 'cpuPerRequest'), '≤', limit) : `≤ ${limit} (no nginx)`
}

/** The best Node gateway is that with the least CPU per request, so it is the hardest to beat. */
function againstNodeGateways(measured: readonly Measured[]): string[] {
  const [best] = measured
    .filter(({ candidate }) => candidate.kind === 'node-gateway')
    .toSorted((a, b) => middle(a, 'cpuPerRequest') - middle(b, 'cpuPerRequest'))
  if (!best) return []
  return measured
    .filter(({ candidate }) => candidate.kind.startsWith('holdfast'))
    .map((one) => {
      const cpu = ratio(best, one, 'cpuPerRequest')
      const rate = ratio(one, best, 'requestsPerSecond')
      // The target is for proxying alone: the other gateways authenticate and limit nobody.
      const judged = one.candidate.kind === 'holdfast-bare' ? `: ${verdict(cpu, '≥', NODE_GATEWAY_TARGET)}` : ''
      return `${best.candidate.name}, the best Node gateway here, takes ${figure(cpu)} × the CPU per request of ${one.candidate.name} (which gives ${figure(rate)} × its requests/s)${judged}`
    })
}
