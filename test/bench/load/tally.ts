import { percentile } from '../statistics.ts'

/** What a load generator saw. Latencies are milliseconds. */
export interface LoadReport {
  /** Complete and correct answers. */
  readonly requests: number
  readonly seconds: number
  readonly p50: number
  readonly p99: number
  /** How often which fault was seen. */
  readonly faults: Readonly<Record<string, number>>
}

/** A target that fails in ever new words must not fill the memory. */
const MOST_KINDS = 50

export function createTally() {
  const latencies: number[] = []
  const faults = new Map<string, number>()
  return {
    answered(latency: number): void {
      latencies.push(latency)
    },
    fault(reason: string): void {
      const kind = faults.has(reason) || faults.size < MOST_KINDS ? reason : 'other faults'
      faults.set(kind, (faults.get(kind) ?? 0) + 1)
    },
    report(seconds: number): LoadReport {
      return {
        requests: latencies.length,
        seconds,
        p50: percentile(latencies, 0.5),
        p99: percentile(latencies, 0.99),
        faults: Object.fromEntries(faults),
      }
    },
  }
}
