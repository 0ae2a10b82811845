/** `/status`: connections of this listener, memory of this process, and whether the database answers. */
import type { Store } from '../store/store.ts'
import type { ConnectionCounts } from './listeners.ts'
import { type Endpoint, badRequest, firstArgument, ok } from './endpoint.ts'

export function statusEndpoint(store: Store, counts: Readonly<ConnectionCounts>): Endpoint {
  return {
    path: '/status',
    methods: {
      GET: async (request) => {
        const unit = firstArgument(request.query, 'unit') ?? 'm'
        const scale = Number(firstArgument(request.query, 'scale') ?? 2)
        if (!/^[bkmg]$/i.test(unit)) return badRequest(`invalid unit '${unit}' (expected 'k/K', 'm/M', or 'g/G')`)
        if (scale < 0) return badRequest('scale must be equal or greater than 0')
        const { accepted, active, requests } = counts
        const heap = bytesText(process.memoryUsage().heapUsed, unit.toLowerCase(), Number.isInteger(scale) ? scale : 2)
        return ok({
          memory: { workers_lua_vms: [{ pid: process.pid, http_allocated_gc: heap }], lua_shared_dicts: {} },
          server: {
            connections_accepted: accepted,
            connections_active: active,
            connections_handled: accepted,
            connections_reading: 0,
            connections_waiting: 0,
            connections_writing: active,
            total_requests: requests,
          },
          database: { reachable: await store.reachable() },
        })
      },
    },
  }
}

const UNITS: Readonly<Record<string, readonly [divisor: number, name: string]>> = {
  k: [1024, 'KiB'],
  m: [1024 ** 2, 'MiB'],
  g: [1024 ** 3, 'GiB'],
}

/** `10.42 MiB`; in bytes a plain number. */
function bytesText(bytes: number, unit: string, scale: number): string | number {
  const known = UNITS[unit]
  return known ? `${(bytes / known[0]).toFixed(Math.min(scale, 20))} ${known[1]}` : bytes
}
