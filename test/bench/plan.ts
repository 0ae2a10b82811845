import type { ChangesPlan } from './changes/section.ts'
import type { RoundsPlan } from './throughput/rounds.ts'

/** How long and how often everything is measured. */
export interface Plan {
  readonly proxying: RoundsPlan
  readonly changes: ChangesPlan
  /** Arguments of the router's own bench. */
  readonly router: { readonly args: readonly string[] }
}

const connections = 64
const rate = 2_000
const changes = 50

export const fullPlan: Plan = {
  proxying: { rounds: 5, roundSeconds: 4, warmUpSeconds: 3, connections },
  changes: {
    sizes: [10, 10_000],
    effect: { timed: 100, counted: 10 },
    steady: { rounds: 3, roundSeconds: 5, connections, rate, changes },
  },
  router: { args: [] },
}

export const quickPlan: Plan = {
  proxying: { rounds: 1, roundSeconds: 2, warmUpSeconds: 1, connections },
  changes: {
    sizes: [10, 1_000],
    effect: { timed: 20, counted: 3 },
    steady: { rounds: 1, roundSeconds: 3, connections, rate, changes },
  },
  router: { args: ['--quick'] },
}
