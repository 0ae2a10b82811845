import type { OpenLoopReport } from '../load/open-loop.ts'
import { median, percentile } from '../statistics.ts'
import { figure, type Table, verdict } from '../table.ts'
import type { Effect } from './measure-effect.ts'
import type { SteadyPlan, SteadyRound } from './measure-steady.ts'

export const EFFECT_TARGET_MS = 150
export const STEADY_TARGET = 1.5
/** Below this share of the changes asked for, the data plane had less to bear than the target says. */
const FULL_RATE = 0.9
/** A median above this means that requests queue all the time: p99 then shows the queue, changes or not. */
const OVERLOADED_MS = 20
/** What "independent of the number of routes" may differ by: a few bytes more in a longer number. */
const SAME_BYTES = 1.05

export interface SizedEffect {
  readonly routes: number
  readonly effect: Effect
}

export function reportEffect(sizes: readonly SizedEffect[]): Table {
  const [few, many] = [sizes[0]!, sizes.at(-1)!]
  const row = (name: string, value: (effect: Effect) => number, target: string) => [
    name,
    ...sizes.map(({ effect }) => figure(value(effect))),
    target,
  ]
  const worst = Math.max(...sizes.map(({ effect }) => effectP99(effect)))
  const growth = many.effect.bytesToDataPlane / few.effect.bytesToDataPlane
  return {
    title: 'One changed route: from the Admin API to the data plane',
    columns: ['', ...sizes.map(({ routes }) => `${routes} routes`), 'target'],
    rows: [
      row('change to effect, p50 ms', (effect) => percentile(effect.latencies, 0.5), ''),
      row('change to effect, p99 ms', effectP99, verdict(worst, '≤', EFFECT_TARGET_MS)),
      row(
        'bytes to the data plane',
        (effect) => effect.bytesToDataPlane,
        `× ${verdict(Number(growth.toFixed(3)), '≤', SAME_BYTES)}`,
      ),
      row('bytes to the control plane', (effect) => effect.bytesToControlPlane, ''),
    ],
    remarks: [
      `${few.effect.latencies.length} changes each, from the Admin API's answer to the first answer of the new route; bytes are TCP payload with TLS, medians.`,
    ],
  }
}

function effectP99(effect: Effect): number {
  return percentile(effect.latencies, 0.99)
}

export function reportSteady(rounds: readonly SteadyRound[], plan: SteadyPlan, routes: number): Table {
  const growth = median(rounds.map((round) => round.changing.p99 / round.quiet.p99))
  const changing = rounds.map((round) => round.changing)
  const changed = median(rounds.map((round) => round.changed))
  const quiet = rounds.map((round) => round.quiet)
  return {
    title: `Requests while routes change: ${plan.rate} requests/s, ${routes} routes`,
    columns: ['', 'p50 ms', 'p99 ms', 'generator late, p99 ms', 'p99 × quiet', 'target'],
    rows: [
      ['no changes', ...latencies(quiet), '1', ''],
      [`${plan.changes} changes/s`, ...latencies(changing), figure(growth), verdict(growth, '≤', STEADY_TARGET)],
    ],
    remarks: [
      `The control plane made ${figure(changed)} changes/s${changed < plan.changes * FULL_RATE ? ', fewer than asked for, so the verdict is too kind' : ''}. Every request was answered correctly.`,
      ...(median(quiet.map(({ p50 }) => p50)) > OVERLOADED_MS
        ? [`Overloaded at ${plan.rate} requests/s even without changes: the ratio says nothing on this machine now.`]
        : []),
    ],
  }
}

function latencies(reports: readonly OpenLoopReport[]): string[] {
  return [
    figure(median(reports.map(({ p50 }) => p50))),
    figure(median(reports.map(({ p99 }) => p99))),
    figure(median(reports.map(({ latenessP99 }) => latenessP99))),
  ]
}
