import { newConnectionStats, type ConnectionStats } from '../proxy/connection-stats.ts'

/** The sum over all threads, and over what threads that are gone had counted. */
export function connectionTotals(
  threads: readonly { readonly stats: ConnectionStats }[],
  past: ConnectionStats,
): ConnectionStats {
  const totals = newConnectionStats()
  for (const { stats } of [...threads, { stats: past }]) {
    for (const name of Object.keys(totals) as (keyof ConnectionStats)[]) totals[name] += stats[name]
  }
  return totals
}
