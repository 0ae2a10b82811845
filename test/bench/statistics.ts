/** The value below which the share `p` (0 to 1) of the samples lies: the nearest sample, never one in between. NaN without samples. */
export function percentile(samples: Iterable<number>, p: number): number {
  const sorted = Float64Array.from(samples).toSorted()
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? NaN
}

/** The middle sample, or the mean of the middle two. NaN without samples. */
export function median(samples: readonly number[]): number {
  const sorted = Float64Array.from(samples).toSorted()
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2
}
