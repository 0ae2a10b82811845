import { afterEach, describe, expect, test } from 'vitest'
import { newConnectionStats } from '../proxy/connection-stats.ts'
import { parseExposition } from '../shared/exposition-parser.ts'
import { nodeFamilies } from './node-metrics.ts'
import { readiness, type ReadinessInput } from './readiness.ts'
import { startStatusServer, type StatusSources } from './server.ts'

const stats = (changes: object) => ({ ...newConnectionStats(), ...changes })
const threads = [
  { thread: 0, stats: stats({ accepted: 3, handled: 3, active: 2, waiting: 2, requests: 10 }), heapBytes: 1024 ** 2 },
  { thread: 1, stats: stats({ accepted: 1, handled: 1, requests: 5 }), heapBytes: 3 * 1024 ** 2 },
]
const past = stats({ accepted: 7, handled: 7, requests: 100 })

let server: Awaited<ReturnType<typeof startStatusServer>> | undefined
afterEach(() => server?.close())

async function start(changes: Partial<StatusSources> = {}): Promise<string> {
  const sources: StatusSources = {
    threads: async () => threads,
    past: () => past,
    configurationHash: () => 'a'.repeat(32),
    readiness: () => ({ ready: true }),
    metrics: async () => nodeFamilies({ nodeId: 'n', version: '1.2.3' }, threads, past, undefined, 1_900_000_000),
    sync: () => undefined,
    version: '1.2.3',
    tls: { cert: '', key: '' },
    ...changes,
  }
  const listener = {
    ip: '127.0.0.1',
    port: 0,
    ssl: false,
    http2: false,
    proxyProtocol: false,
    reuseport: false,
    backlog: undefined,
  }
  server = await startStatusServer([listener], sources)
  return `http://127.0.0.1:${server.ports[0]}`
}

test('/status adds up the threads, and what threads that are gone had counted', async () => {
  const answer = await fetch(`${await start()}/status`)
  expect(answer.headers.get('server')).toBe('holdfast/1.2.3')
  expect(await answer.json()).toMatchObject({
    server: { connections_accepted: 11, connections_active: 2, connections_waiting: 2, total_requests: 115 },
    memory: { workers_lua_vms: [{ http_allocated_gc: '1.00 MiB' }, { http_allocated_gc: '3.00 MiB' }] },
    configuration_hash: 'a'.repeat(32),
  })
})

const units: [query: string, status: number, first: unknown][] = [
  ['unit=b', 200, 1048576],
  ['unit=K&scale=0', 200, '1024 KiB'],
  ['unit=g&scale=4', 200, '0.0010 GiB'],
  ['unit=x', 400, undefined],
]
for (const [query, status, first] of units) {
  test(`/status?${query} answers ${status}`, async () => {
    const answer = await fetch(`${await start()}/status?${query}`)
    const body = (await answer.json()) as { memory?: { workers_lua_vms: { http_allocated_gc: unknown }[] } }
    expect(answer.status).toBe(status)
    expect(body.memory?.workers_lua_vms[0]?.http_allocated_gc).toEqual(first)
  })
}

test('/metrics is Prometheus text, with one line for each state of connections', async () => {
  const answer = await fetch(`${await start()}/metrics`)
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=UTF-8')
  const families = parseExposition(await answer.text())
  expect([...families.get('kong_nginx_requests_total')!.samples.values()]).toEqual([115])
  expect([...families.get('kong_data_plane_cluster_cert_expiry_timestamp')!.samples.values()]).toEqual([1_900_000_000])
  expect(families.get('kong_nginx_connections_total')!.samples.size).toBe(7)
})

test('a method that is not there is 405', async () => {
  expect((await fetch(`${await start()}/status`, { method: 'POST' })).status).toBe(405)
})

test('what is not there is 404, and a fault of ours is 500 without its reason', async () => {
  const base = await start({
    threads: async () => {
      throw new Error('secret')
    },
  })
  expect((await fetch(`${base}/nothing`)).status).toBe(404)
  const failed = await fetch(`${base}/status`)
  expect(failed.status).toBe(500)
  expect(await failed.text()).not.toContain('secret')
})

describe('readiness', () => {
  const serving: ReadinessInput = { draining: false, loaded: true, why: undefined, serving: 2, threads: 2 }
  const cases: [name: string, input: Partial<ReadinessInput>, message: string | undefined][] = [
    ['serving', {}, undefined],
    ['one of two threads is being replaced', { serving: 1 }, undefined],
    ['draining', { draining: true }, 'draining'],
    ['no configuration yet', { loaded: false }, 'no configuration available (empty configuration present)'],
    [
      'no configuration, and why',
      { loaded: false, why: 'the replica was damaged' },
      'no configuration available (empty configuration present): the replica was damaged',
    ],
    ['nothing compiled yet', { serving: 0 }, 'router builds not yet complete, router ready in 0 of 2 workers'],
  ]
  for (const [name, input, message] of cases) {
    test(name, async () => {
      const state = readiness({ ...serving, ...input })
      expect(state).toEqual(message === undefined ? { ready: true } : { ready: false, message })
      const answer = await fetch(`${await start({ readiness: () => state })}/status/ready`)
      expect(answer.status).toBe(message === undefined ? 200 : 503)
      expect(await answer.json()).toEqual({ message: message ?? 'ready' })
    })
  }
})
