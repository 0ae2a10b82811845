import type { Exchange } from '@holdfast/plugin-kit'
import type { Limit } from './limit.ts'

/** What came of a request's look at the limits. */
export interface Usage {
  /** Requests that may still pass in each window, in the order of the limits. */
  readonly remaining: readonly number[]
  readonly isRefused: boolean
  /** When it was looked, milliseconds since the epoch. */
  readonly now: number
}

/**
 * Tells the client every limit, and in `RateLimit-*` the one with the least left; of several the longest. Done when the
 * answer's head is there, so that it holds for every answer, whoever gives it.
 */
export function clientHeaders(
  limits: readonly Limit[],
  usageOf: (exchange: Exchange) => Usage | undefined,
): (exchange: Exchange) => undefined {
  const names = limits.map(({ period }) => {
    const capital = period[0]!.toUpperCase() + period.slice(1)
    return { limit: `X-RateLimit-Limit-${capital}`, remaining: `X-RateLimit-Remaining-${capital}` }
  })
  const mosts = limits.map(({ most }) => String(most))

  return (exchange) => {
    const usage = usageOf(exchange)
    if (usage === undefined) return undefined
    const { response } = exchange
    const { remaining, isRefused, now } = usage
    let tightest = 0
    for (let i = 0; i < limits.length; i++) {
      response.setHeader(names[i]!.limit, mosts[i]!)
      response.setHeader(names[i]!.remaining, String(remaining[i]))
      if (remaining[i]! <= remaining[tightest]!) tightest = i
    }
    const reset = String(limits[tightest]!.secondsLeft(now))
    response.setHeader('RateLimit-Limit', mosts[tightest]!)
    response.setHeader('RateLimit-Remaining', String(remaining[tightest]))
    response.setHeader('RateLimit-Reset', reset)
    if (isRefused) response.setHeader('Retry-After', reset)
    return undefined
  }
}
