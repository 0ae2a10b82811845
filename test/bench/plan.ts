import type { RoundsPlan } from './throughput/rounds.ts'

/** How long and how often everything is measured. */
export interface Plan {
  readonly proxying: RoundsPlan
}

const connections = 64

export const fullPlan: Plan = {
  proxying: { rounds: 5, roundSeconds: 4, warmUpSeconds: 3, connections },
}

export const quickPlan: Plan = {
  proxying: { rounds: 1, roundSeconds: 2, warmUpSeconds: 1, connections },
}
