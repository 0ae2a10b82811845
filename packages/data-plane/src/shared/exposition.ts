/** One metric as Prometheus sees it, with all its series. */
export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly labels: readonly string[]
  readonly series: readonly Series[]
  /** Upper bounds of a histogram's buckets, ascending, without infinity. */
  readonly buckets?: readonly number[]
}

export interface Series {
  /** Label values, in the order of the family's labels. */
  readonly values: readonly string[]
  /**
   * One number; of a histogram the observations per bucket (not cumulated), those above the last bound, and the sum of all
   * values.
   */
  readonly numbers: ArrayLike<number>
}

export const EXPOSITION_CONTENT_TYPE = 'text/plain; charset=UTF-8'

/** Prometheus' text format 0.0.4. Families and series come in the order of their names, as from Kong. */
export function renderExposition(families: readonly MetricFamily[]): string {
  const lines: string[] = []
  for (const family of families.toSorted((a, b) => compare(a.name, b.name))) {
    if (family.series.length === 0) continue
    lines.push(`# HELP ${family.name} ${escapeHelp(family.help)}`, `# TYPE ${family.name} ${family.kind}`)
    const series = family.series
      .map(({ values, numbers }) => ({ labels: labelPairs(family.labels, values), numbers }))
      .toSorted((a, b) => compare(a.labels, b.labels))
    if (family.kind === 'histogram') renderHistogram(lines, family.name, family.buckets ?? [], series)
    else
      for (const { labels, numbers } of series) lines.push(`${family.name}${braces(labels)} ${number(numbers[0] ?? 0)}`)
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** As Kong does: the buckets of all series, then their counts, then their sums. */
function renderHistogram(
  lines: string[],
  name: string,
  buckets: readonly number[],
  series: readonly { readonly labels: string; readonly numbers: ArrayLike<number> }[],
): void {
  const bounds = [...buckets.map(number), '+Inf']
  const counts: string[] = []
  const sums: string[] = []
  for (const { labels, numbers } of series) {
    let total = 0
    for (const [i, bound] of bounds.entries()) {
      total += numbers[i] ?? 0
      lines.push(`${name}_bucket{${labels === '' ? '' : `${labels},`}le="${bound}"} ${number(total)}`)
    }
    // The count is taken from the buckets, so that a scrape in the middle of an observation still agrees with itself.
    counts.push(`${name}_count${braces(labels)} ${number(total)}`)
    sums.push(`${name}_sum${braces(labels)} ${number(numbers[bounds.length] ?? 0)}`)
  }
  lines.push(...counts, ...sums)
}

function labelPairs(names: readonly string[], values: readonly string[]): string {
  return names.map((name, i) => `${name}="${escapeLabel(values[i] ?? '')}"`).join(',')
}

function braces(labels: string): string {
  return labels === '' ? '' : `{${labels}}`
}

function number(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return String(value)
}

function escapeLabel(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
