import type { ReplicaClientState } from '../replica/index.ts'
import type { MetricFamily } from '../shared/exposition.ts'
import type { ThreadStats } from '../thread/reports.ts'
import { connectionTotals } from './connection-totals.ts'
import type { ConnectionStats } from '../proxy/connection-stats.ts'

export interface NodeIdentity {
  readonly nodeId: string
  readonly version: string
}

/** Metrics of the node as a whole, by Kong's names where Kong has them. */
export function nodeFamilies(
  { nodeId, version }: NodeIdentity,
  threads: readonly ThreadStats[],
  past: ConnectionStats,
  sync: ReplicaClientState | undefined,
  /** When the certificate for the control plane ends, seconds since the epoch. */
  certificateExpiry: number | undefined,
): MetricFamily[] {
  const totals = connectionTotals(threads, past)
  const states = ['accepted', 'active', 'handled', 'reading', 'total', 'waiting', 'writing'] as const
  const families: MetricFamily[] = [
    gauge('kong_node_info', 'Which node this is', ['node_id', 'version'], [[[nodeId, version], 1]]),
    gauge(
      'kong_nginx_connections_total',
      'Client connections by state',
      ['node_id', 'subsystem', 'state'],
      states.map((state) => [[nodeId, 'http', state], state === 'total' ? totals.requests : totals[state]]),
    ),
    gauge(
      'kong_nginx_requests_total',
      'Requests since the start',
      ['node_id', 'subsystem'],
      [[[nodeId, 'http'], totals.requests]],
    ),
    gauge(
      'kong_memory_workers_lua_vms_bytes',
      'Heap of each proxy thread',
      ['node_id', 'pid', 'kong_subsystem'],
      threads.map(({ thread, heapBytes }) => [[nodeId, String(thread), 'http'], heapBytes]),
    ),
  ]
  if (certificateExpiry !== undefined) {
    families.push(
      gauge(
        'kong_data_plane_cluster_cert_expiry_timestamp',
        'When the certificate for the control plane ends, seconds since the epoch',
        [],
        [[[], certificateExpiry]],
      ),
    )
  }
  if (!sync) return families
  families.push(
    gauge('kong_control_plane_connected', 'Whether the control plane is connected', [], [[[], sync.connected ? 1 : 0]]),
    gauge('holdfast_sync_revision', 'Revision that is served', [], [[[], sync.standing.revision]]),
    gauge('holdfast_sync_lag_revisions', 'Revisions behind the control plane', [], [[[], sync.lagRevisions]]),
    gauge('holdfast_sync_lag_seconds', 'How long this data plane has been behind', [], [[[], sync.lagMs / 1000]]),
    gauge('holdfast_sync_refused', 'Whether the newest revision was refused', [], [[[], sync.refused ? 1 : 0]]),
  )
  return families
}

function gauge(
  name: string,
  help: string,
  labels: readonly string[],
  series: readonly (readonly [readonly string[], number])[],
): MetricFamily {
  return { name, help, kind: 'gauge', labels, series: series.map(([values, value]) => ({ values, numbers: [value] })) }
}
