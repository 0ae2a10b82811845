/** Requests at a fixed rate, with and without routes being changed meanwhile. */
import { constants, setPriority } from 'node:os'
import { readdirSync } from 'node:fs'
import { refuseFaults } from '../load/check.ts'
import type { OpenLoopReport } from '../load/open-loop.ts'
import { runAtRate } from '../load/raw.ts'
import { processTree } from '../machine/process-tree.ts'
import { PATH } from '../request.ts'
import type { Workbench } from '../workbench.ts'
import type { Hybrid } from './measure-effect.ts'
import { startSteadyChanges } from './steady-changes.ts'

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

export async function measureSteady(
  bench: Workbench,
  hybrid: Hybrid,
  plan: SteadyPlan,
  routes: number,
  output: () => string,
  say: (progress: string) => void,
): Promise<SteadyRound[]> {
  const run = async (what: string) => {
    const { connections, rate } = plan
    const report = await runAtRate(bench, {
      port: hybrid.port,
      path: PATH,
      connections,
      rate,
      seconds: plan.roundSeconds,
    })
    refuseFaults(`Holdfast, ${what},`, report, output)
    return report
  }
  const runQuiet = () => run('without changes')
  const runChanging = async () => {
    const changes = startSteadyChanges(hybrid.admin, plan.changes, routes)
    try {
      const changing = await run('while routes were changed')
      return { changing, changed: (await changes.stop()).perSecond }
    } catch (error) {
      await changes.stop().catch(() => undefined)
      throw error
    }
  }

  const rounds: SteadyRound[] = []
  for (let round = 0; round < plan.rounds; round++) {
    say(`requests at ${plan.rate}/s, round ${round + 1} of ${plan.rounds}`)
    if (round % 2 === 0) {
      const quiet = await runQuiet()
      rounds.push({ quiet, ...(await runChanging()) })
    } else {
      const changing = await runChanging()
      rounds.push({ ...changing, quiet: await runQuiet() })
    }
  }
  return rounds
}

/**
 * Lets a program and all it started run only when nothing else wants the CPU. The control plane and its database share theirs
 * with the load generator and the upstream, whose waiting would be taken for the data plane's.
 */
export function giveWay(pid: number): void {
  for (const each of processTree(pid)) {
    for (const tid of readdirSync(`/proc/${each}/task`)) setPriority(Number(tid), constants.priority.PRIORITY_LOW)
  }
}
