import { expect, test } from 'vitest'
import { windowAt, type Period } from './windows.ts'

const cases: [period: Period, now: string, start: string, end: string][] = [
  ['second', '2026-01-31T23:59:59.999Z', '2026-01-31T23:59:59Z', '2026-02-01T00:00:00Z'],
  ['minute', '2026-01-31T23:59:59.999Z', '2026-01-31T23:59:00Z', '2026-02-01T00:00:00Z'],
  ['hour', '2026-01-31T23:59:59.999Z', '2026-01-31T23:00:00Z', '2026-02-01T00:00:00Z'],
  ['day', '2026-01-31T23:59:59.999Z', '2026-01-31T00:00:00Z', '2026-02-01T00:00:00Z'],
  ['month', '2026-01-31T23:59:59.999Z', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'],
  ['month', '2028-02-29T12:00:00Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
  ['month', '2026-12-01T00:00:00Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  ['year', '2026-12-31T23:59:59.999Z', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
]
test.each(cases)('%s at %s', (period, now, start, end) => {
  expect(windowAt(period, Date.parse(now))).toEqual({ start: Date.parse(start), end: Date.parse(end) })
})
