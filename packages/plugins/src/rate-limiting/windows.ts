export const PERIODS = ['second', 'minute', 'hour', 'day', 'month', 'year'] as const
export type Period = (typeof PERIODS)[number]

/** One stretch of time in which requests are counted; milliseconds since the epoch, `end` not included. */
export interface Window {
  readonly start: number
  readonly end: number
}

const FIXED = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const

/** The calendar's window that `now` lies in, in UTC. */
export function windowAt(period: Period, now: number): Window {
  if (period === 'month' || period === 'year') {
    const date = new Date(now)
    const year = date.getUTCFullYear()
    const month = period === 'month' ? date.getUTCMonth() : 0
    return {
      start: Date.UTC(year, month),
      end: period === 'month' ? Date.UTC(year, month + 1) : Date.UTC(year + 1, 0),
    }
  }
  const length = FIXED[period]
  const start = Math.floor(now / length) * length
  return { start, end: start + length }
}
