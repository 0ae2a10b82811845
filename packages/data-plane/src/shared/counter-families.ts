import type { SharedCounters } from './counters.ts'
import type { MetricFamily } from './exposition.ts'

/** What the shared counters tell of themselves; a collector for the `MetricsHub`. */
export function counterFamilies(counters: SharedCounters): readonly MetricFamily[] {
  const { used, evicted, uncounted } = counters.stats
  return [
    family('gauge', 'holdfast_shared_counters', 'Slots of the shared counters that are in use', used),
    family(
      'counter',
      'holdfast_shared_counters_evicted_total',
      'Shared counters that were dropped before their time for want of room',
      evicted,
    ),
    family('counter', 'holdfast_shared_counters_uncounted_total', 'Additions that were not counted', uncounted),
  ]
}

function family(kind: 'gauge' | 'counter', name: string, help: string, value: number): MetricFamily {
  return { name, help, kind, labels: [], series: [{ values: [], numbers: [value] }] }
}
