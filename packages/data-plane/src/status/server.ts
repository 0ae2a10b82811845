/** The status API: what a load balancer, Prometheus or an operator asks of one data plane. Reads only. */
import { createSecureServer } from 'node:http2'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Listener } from '../config.ts'
import type { ConnectionStats } from '../proxy/connection-stats.ts'
import { EXPOSITION_CONTENT_TYPE, renderExposition, type MetricFamily } from '../shared/exposition.ts'
import type { ThreadStats } from '../thread/reports.ts'
import { formatBytes, parseUnit } from './byte-unit.ts'
import { connectionTotals } from './connection-totals.ts'
import type { Readiness } from './readiness.ts'

export interface StatusSources {
  /** What the proxy threads say of themselves now. */
  threads(): Promise<readonly ThreadStats[]>
  /** Counts of threads that are gone. */
  past(): ConnectionStats
  /** 32 hex digits; zeros while there is no configuration. */
  configurationHash(): string
  readiness(): Readiness
  metrics(): Promise<readonly MetricFamily[]>
  /** How the link to the control plane stands; undefined where there is none. */
  sync(): object | undefined
  readonly version: string
  readonly tls: { readonly cert: string; readonly key: string }
}

/** Starts one server per listener; resolves to the bound ports in the same order. */
export async function startStatusServer(
  listeners: readonly Listener[],
  sources: StatusSources,
): Promise<{ ports: number[]; close(): Promise<void> }> {
  const servers: FastifyInstance[] = []
  const ports: number[] = []
  try {
    for (const listener of listeners) {
      const server = statusServer(listener, sources)
      servers.push(server)
      await server.listen({ host: listener.ip, port: listener.port })
      const address = server.server.address()
      ports.push(typeof address === 'object' && address ? address.port : listener.port)
    }
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()))
    throw error
  }
  return {
    ports,
    async close() {
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

function statusServer(listener: Listener, sources: StatusSources): FastifyInstance {
  const common = { routerOptions: { ignoreTrailingSlash: true }, bodyLimit: 1024, forceCloseConnections: true }
  const app = (
    listener.ssl
      ? Fastify({
          ...common,
          serverFactory: (handler) =>
            createSecureServer({ ...sources.tls, allowHTTP1: true, minVersion: 'TLSv1.2' }, handler as never) as never,
        })
      : Fastify(common)
  ) as FastifyInstance

  app.addHook('onSend', async (_request, reply) => {
    reply.header('Server', `holdfast/${sources.version}`)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!.replace(/(?<=.)\/$/, '')
    if (app.hasRoute({ method: 'GET', url: path })) return reply.code(405).send({ message: 'Method not allowed' })
    return reply.code(404).send({ message: 'Not found' })
  })
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send({ message: 'An unexpected error occurred' }))

  app.get<{ Querystring: Record<string, string> }>('/status', async (request, reply) => {
    const unit = parseUnit(request.query['unit'] ?? 'm')
    const scale = Number(request.query['scale'] ?? 2)
    if (!unit)
      return reply
        .code(400)
        .send({ message: `invalid unit '${request.query['unit']}' (expected 'k/K', 'm/M', 'g/G' or 'b/B')` })
    const threads = await sources.threads()
    const connections = connectionTotals(threads, sources.past())
    const places = Number.isInteger(scale) && scale >= 0 && scale <= 20 ? scale : 2
    return {
      server: {
        connections_accepted: connections.accepted,
        connections_active: connections.active,
        connections_handled: connections.handled,
        connections_reading: connections.reading,
        connections_writing: connections.writing,
        connections_waiting: connections.waiting,
        total_requests: connections.requests,
      },
      memory: {
        workers_lua_vms: threads.map(({ thread, heapBytes }) => ({
          pid: process.pid,
          thread,
          http_allocated_gc: formatBytes(heapBytes, unit, places),
        })),
        lua_shared_dicts: {},
      },
      configuration_hash: sources.configurationHash(),
      ...(sources.sync() && { sync: sources.sync() }),
    }
  })

  app.get('/status/ready', async (_request, reply) => {
    const state = sources.readiness()
    return state.ready ? { message: 'ready' } : reply.code(503).send({ message: state.message })
  })

  app.get('/metrics', async (_request, reply) => {
    reply.header('Content-Type', EXPOSITION_CONTENT_TYPE)
    return renderExposition(await sources.metrics())
  })
  return app
}
