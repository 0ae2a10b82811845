import type { LoadReport } from './tally.ts'

/** A figure made of wrong answers is worse than none: any fault ends the bench. */
export function refuseFaults(what: string, report: LoadReport, output: () => string): void {
  const faults = Object.entries(report.faults)
  if (faults.length === 0 && report.requests > 0) return
  const reasons = faults.map(([reason, count]) => `  ${count} × ${reason}`)
  throw new Error(
    [`${what} did not answer every request correctly (${report.requests} were):`, ...reasons, output()].join('\n'),
  )
}
