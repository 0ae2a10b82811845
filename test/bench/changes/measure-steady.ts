/** Requests at a fixed rate, with and without routes being changed meanwhile. */
import { refuseFaults } from '../load/check.ts'
import type { OpenLoopReport } from '../load/open-loop.ts'
import { runAtRate } from '../load/raw.ts'
import { PATH } from '../request.ts'
import type { Workbench } from '../workbench.ts'
import { makeChanges } from './steady-changes.ts'

export interface SteadyPlan {
  readonly rounds: number
  readonly roundSeconds: number
  readonly connections: number
  /** Requests per second. */
  readonly rate: number
  /** Route changes per second. */
  readonly changes: number
}

export interface SteadyRound {
  readonly quiet: OpenLoopReport
  readonly changing: OpenLoopReport
  /** Changes per second that the control plane managed. */
  readonly changed: number
}

export interface SteadyTarget {
  /** Of the data plane's proxy. */
  readonly port: number
  /** `http://HOST:PORT` of the Admin API. */
  readonly adminUrl: string
  /** How many filler routes there are. */
  readonly routes: number
  /** The end of the data plane's log. */
  output(): string
}

export async function measureSteady(
  bench: Workbench,
  target: SteadyTarget,
  plan: SteadyPlan,
  say: (progress: string) => void,
): Promise<SteadyRound[]> {
  const { connections, rate, roundSeconds: seconds } = plan
  const { adminUrl: admin, routes, port } = target

  async function request(when: string): Promise<OpenLoopReport> {
    const report = await runAtRate(bench, { port, path: PATH, connections, rate, seconds })
    refuseFaults(`Holdfast, ${when},`, report, target.output)
    return report
  }

  async function requestWhileChanging() {
    const [changing, made] = await Promise.all([
      request('while routes were changed'),
      makeChanges(bench, { admin, rate: plan.changes, seconds, routes }),
    ])
    return { changing, changed: made.changes / made.seconds }
  }

  say(`warming up at ${rate} requests/s`)
  await request('without changes')
  const rounds: SteadyRound[] = []
  for (let round = 0; round < plan.rounds; round++) {
    say(`${rate} requests/s with and without changes, round ${round + 1} of ${plan.rounds}`)
    if (round % 2 === 0) {
      const quiet = await request('without changes')
      rounds.push({ quiet, ...(await requestWhileChanging()) })
    } else {
      const changing = await requestWhileChanging()
      rounds.push({ ...changing, quiet: await request('without changes') })
    }
  }
  return rounds
}
