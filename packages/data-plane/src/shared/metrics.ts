import type { Counter, Family, Gauge, Histogram, MetricDefinition, Metrics } from '@holdfast/plugin-kit'

/*
 * A proxy thread's side of metrics. Each thread has memory of its own that only it writes, with plain stores; the main
 * thread learns by message where each series lies and reads it directly when it is asked (`metrics-hub.ts`). So counting costs
 * a store, and a scrape costs the proxy threads nothing.
 */

export type MetricKind = 'counter' | 'gauge' | 'histogram'

/** What a thread tells the main thread, in order: memory before the series in it, a family before its series. */
export type MetricsMessage =
  | { readonly type: 'segment'; readonly index: number; readonly memory: SharedArrayBuffer }
  | {
      readonly type: 'family'
      readonly id: number
      readonly kind: MetricKind
      readonly name: string
      readonly help: string
      readonly labels: readonly string[]
      readonly buckets: readonly number[]
    }
  | {
      readonly type: 'series'
      readonly family: number
      readonly values: readonly string[]
      readonly segment: number
      readonly offset: number
    }

export interface ThreadMetricsOptions {
  /** Most series this thread keeps; further ones are counted together as refused. Labels come from configuration and clients. */
  readonly maxSeries?: number
  /** Numbers per segment. */
  readonly segmentLength?: number
}

/** Series that found no room, by family; there is always room for these. */
export const REFUSED: MetricDefinition = {
  name: 'holdfast_metric_updates_refused_total',
  help: 'Updates that were not counted because the thread holds as many series as it may',
  labels: ['family'],
}

export function createThreadMetrics(
  post: (message: MetricsMessage) => void,
  { maxSeries = 20_000, segmentLength = 8_192 }: ThreadMetricsOptions = {},
): Metrics {
  const families = new Map<string, { readonly family: Family<unknown>; readonly form: string }>()
  let series = 0
  let segment: Float64Array | undefined
  let segmentIndex = -1
  let used = 0

  function allocate(length: number): number {
    if (!segment || used + length > segment.length) {
      const memory = new SharedArrayBuffer(8 * Math.max(segmentLength, length))
      segment = new Float64Array(memory)
      segmentIndex += 1
      used = 0
      post({ type: 'segment', index: segmentIndex, memory })
    }
    used += length
    return used - length
  }

  function define<M>(
    kind: MetricKind,
    definition: MetricDefinition,
    buckets: readonly number[],
    make: (cells: Float64Array, offset: number) => M,
    refuse: (refused: () => void) => M,
  ): Family<M> {
    const known = families.get(definition.name)
    const form = JSON.stringify([kind, definition.labels, buckets])
    if (known) {
      if (known.form !== form) throw new Error(`metric '${definition.name}' is already defined in another way`)
      return known.family as Family<M>
    }
    const id = families.size
    const { name, help, labels } = definition
    post({ type: 'family', id, kind, name, help, labels, buckets })
    const length = kind === 'histogram' ? buckets.length + 2 : 1
    let refusal: M | undefined

    const family: Family<M> = {
      with: seriesByLabels(labels.length, (values) => {
        if (series >= maxSeries && definition !== REFUSED) {
          const counter = counters(REFUSED).with(name)
          return { value: (refusal ??= refuse(() => counter.add(1))), keep: false }
        }
        series += 1
        const offset = allocate(length)
        post({ type: 'series', family: id, values, segment: segmentIndex, offset })
        return { value: make(segment!, offset), keep: true }
      }),
    }
    families.set(name, { family, form })
    return family
  }

  function counters(definition: MetricDefinition): Family<Counter> {
    return define<Counter>('counter', definition, [], counterAt, (refused) => ({ add: refused }))
  }

  return {
    counter: counters,
    gauge: (definition) => define<Gauge>('gauge', definition, [], gaugeAt, (refused) => ({ set: refused })),
    histogram: (definition) =>
      define<Histogram>(
        'histogram',
        definition,
        definition.buckets,
        (cells, offset) => histogramAt(cells, offset, definition.buckets),
        (refused) => ({ observe: refused }),
      ),
  }
}

/** Finds what was made for these label values, through one map per label: exact, whatever characters the values hold. */
function seriesByLabels<M>(
  count: number,
  make: (values: readonly string[]) => { readonly value: M; readonly keep: boolean },
): (...values: readonly string[]) => M {
  const root = new Map<string, unknown>()
  return (...values) => {
    if (values.length !== count) throw new TypeError(`a series needs ${count} label values, not ${values.length}`)
    let level = root
    for (let i = 0; i < count - 1; i++) {
      let next = level.get(values[i]!) as Map<string, unknown> | undefined
      if (!next) level.set(values[i]!, (next = new Map()))
      level = next
    }
    const last = count === 0 ? '' : values[count - 1]!
    const found = level.get(last) as M | undefined
    if (found !== undefined) return found
    const { value, keep } = make(values)
    if (keep) level.set(last, value)
    return value
  }
}

function counterAt(cells: Float64Array, offset: number): Counter {
  return {
    add(amount) {
      cells[offset]! += amount
    },
  }
}

function gaugeAt(cells: Float64Array, offset: number): Gauge {
  return {
    set(value) {
      cells[offset] = value
    },
  }
}

/** Cells: observations per bucket (not cumulated), one for those above the last, and the sum of all values. */
function histogramAt(cells: Float64Array, offset: number, buckets: readonly number[]): Histogram {
  const { length } = buckets
  const sum = offset + length + 1
  return {
    observe(value) {
      let bucket = 0
      while (bucket < length && value > buckets[bucket]!) bucket += 1
      cells[offset + bucket]! += 1
      cells[sum]! += value
    },
  }
}
