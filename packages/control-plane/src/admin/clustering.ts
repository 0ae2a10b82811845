/** `/clustering/*`: the data planes, as all control planes of the database see them. */
import type { ControlPlaneConfig } from '../config.ts'
import type { DataPlaneRecord } from '../hub/fleet-store.ts'
import { type AdminRequest, type Answer, type Endpoint, badRequest, firstArgument, ok } from './endpoint.ts'
import { pageSize } from './list-arguments.ts'
import { AdminRefusal } from './problem.ts'

const NOT_A_CONTROL_PLANE =
  'this endpoint is only available when Kong is configured to run as Control Plane for the cluster'

export function clusteringEndpoints(
  config: Pick<ControlPlaneConfig, 'role' | 'dataPlanePurgeDelay'>,
  fleet: () => Promise<readonly DataPlaneRecord[]>,
): Endpoint[] {
  const onControlPlane = (handler: (request: AdminRequest) => Promise<Answer>) => async (request: AdminRequest) =>
    config.role === 'control_plane' ? handler(request) : badRequest(NOT_A_CONTROL_PLANE)
  return [
    {
      path: '/clustering/data-planes',
      methods: {
        GET: onControlPlane(async ({ query }) => {
          const size = pageSize(query)
          const offset = firstArgument(query, 'offset')
          const after = offset === undefined ? '' : decodeOffset(offset)
          const records = (await fleet())
            .toSorted((a, b) => (a.id < b.id ? -1 : 1))
            .filter((record) => record.id > after)
          const page = records.slice(0, size)
          const data = page.map((record) => dataPlane(record, config.dataPlanePurgeDelay))
          if (records.length <= size) return ok({ data, next: null })
          const next = Buffer.from(page.at(-1)?.id ?? '').toString('base64url')
          return ok({ data, offset: next, next: `/clustering/data-planes?offset=${next}&size=${size}` })
        }),
      },
    },
    {
      path: '/clustering/status',
      methods: {
        GET: onControlPlane(async () => ({
          status: 200,
          body: Object.fromEntries((await fleet()).map((record) => [record.id, summary(record)])),
          headers: { Deprecation: 'true' },
        })),
      },
    },
  ]
}

function decodeOffset(offset: string): string {
  const id = Buffer.from(offset, 'base64url').toString('utf8')
  if (Buffer.from(id).toString('base64url') === offset && id !== '') return id
  throw new AdminRefusal({ kind: 'invalid_offset', offset, reason: 'bad base64 encoding' })
}

/** Kong's members first, then ours. */
function dataPlane(record: DataPlaneRecord, purgeDelay: number): object {
  const expiresIn = Math.max(0, purgeDelay - Math.floor((Date.now() - record.lastSeen) / 1000))
  return {
    id: record.id,
    ip: record.ip,
    hostname: record.hostname,
    version: record.version,
    last_seen: seconds(record.lastSeen),
    updated_at: seconds(record.lastSeen),
    config_hash: record.digest,
    sync_status: record.syncStatus,
    labels: record.labels,
    cert_details: record.certificateExpiry === null ? null : { expiry_timestamp: seconds(record.certificateExpiry) },
    rpc_capabilities: null,
    ttl: expiresIn,
    connected: record.connected,
    control_plane: record.controlPlane,
    revision: record.revision,
    digest: record.digest,
    lag: { revisions: record.lagRevisions, ms: record.lagMs },
    last_error: record.lastError && { ...record.lastError, at: seconds(record.lastError.at) },
  }
}

function summary(record: DataPlaneRecord): object {
  return {
    config_hash: record.digest,
    hostname: record.hostname,
    ip: record.ip,
    last_seen: seconds(record.lastSeen),
    revision: record.revision,
    connected: record.connected,
    ...(record.lastError && { last_error: record.lastError.errors[0]?.message ?? 'refused' }),
  }
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
