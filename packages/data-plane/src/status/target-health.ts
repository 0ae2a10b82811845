import { targets, upstreams } from '@holdfast/entities'
import type { ReplicaReader } from '../replica/reader.ts'
import type { MetricFamily, Series } from '../shared/exposition.ts'

const states = ['healthchecks_off', 'healthy', 'unhealthy', 'dns_error'] as const

/** Kong's `kong_upstream_target_health`. No target is health-checked yet, so each is in the state `healthchecks_off`. */
export function targetHealthFamily(reader: ReplicaReader): MetricFamily {
  const series: Series[] = []
  for (const upstream of reader.all(upstreams)) {
    for (const { target } of reader.childrenOf(targets, 'upstream', upstream.id)) {
      for (const state of states) {
        const values = [upstream.name, target, target, state, 'http']
        series.push({ values, numbers: [state === 'healthchecks_off' ? 1 : 0] })
      }
    }
  }
  return {
    name: 'kong_upstream_target_health',
    help: 'State of each target: healthchecks_off, healthy, unhealthy or dns_error; 1 for the one it is in',
    kind: 'gauge',
    labels: ['upstream', 'target', 'address', 'state', 'subsystem'],
    series,
  }
}
