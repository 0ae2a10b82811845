import { createServer } from 'node:net'
import { entities } from '@holdfast/entities'
import { pluginConfigs } from '@holdfast/plugins/configs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestPostgres, startPostgres } from '../../../../test/support/postgres.ts'
import type { ControlPlaneConfig } from '../config.ts'
import { type Store, openStore } from '../store/store.ts'
import { bootstrapped, silent, uuid } from '../store/testing.ts'
import { createAdminApi } from './admin-api.ts'
import { type Listeners, createConnectionCounts, listen } from './listeners.ts'

let postgres: TestPostgres
let store: Store
let listeners: Listeners
let base: string
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.remove())

const config = {
  nodeId: uuid(1),
  hostname: 'node',
  role: 'control_plane',
  dataPlanePurgeDelay: 100,
  configuration: { database: 'postgres' },
  logLevel: 'notice',
  adminMaxBodySize: 10_000,
} as unknown as ControlPlaneConfig

beforeEach(async () => {
  const database = { ...(await bootstrapped(postgres)), timeoutMs: 700 }
  store = await openStore(database, silent, { entities })
  const connections = createConnectionCounts()
  const fleet = async () => store.fleet.load()
  const options = { config, store, plugins: pluginConfigs, fleet, connections, version: '1.2.3', log: silent }
  listeners = await listen(
    createAdminApi(options),
    [{ ip: '127.0.0.1', port: 0, ssl: false }],
    { cert: '', key: '' },
    connections,
  )
  base = `http://127.0.0.1:${listeners.addresses[0]?.port}`
})
afterEach(async () => {
  await listeners.close()
  await store.close()
})

interface Reply {
  status: number
  headers: Headers
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any
}

async function call(line: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const [method = 'GET', path = '/'] = line.split(' ')
  const json = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { ...(json && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: json ? JSON.stringify(body) : (body as string) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }

describe('what is refused, whatever the entity', () => {
  const cases: [
    name: string,
    line: string,
    body: unknown,
    headers: Record<string, string>,
    status: number,
    message: string,
  ][] = [
    ['an unknown path', 'POST /harbour', {}, {}, 404, 'Not found'],
    ['a path that cannot be decoded', 'GET /services/%zz', undefined, {}, 404, 'Not found'],
    ['a method that is not there', 'DELETE /services', undefined, {}, 405, 'Method not allowed'],
    ['a body of another type', 'POST /services', '<a/>', { 'content-type': 'text/xml' }, 415, 'Unsupported media type'],
    ['broken JSON', 'POST /services', '{"a"', { 'content-type': 'application/json' }, 400, 'Cannot parse JSON body'],
    ['JSON that is no record', 'POST /services', [1], {}, 400, 'Cannot parse JSON body'],
    ['JSON null', 'PUT /services/x', 'null', { 'content-type': 'application/json' }, 400, 'Cannot parse JSON body'],
    [
      'JSON nested without end',
      'POST /services',
      `{"a":${'['.repeat(4000)}${']'.repeat(4000)}}`,
      { 'content-type': 'application/json' },
      400,
      'Cannot parse JSON body',
    ],
    [
      'bytes that are no UTF-8',
      'POST /services',
      Buffer.from('{"host":"\xff"}', 'latin1'),
      { 'content-type': 'application/json' },
      400,
      'Cannot parse JSON body',
    ],
    ['a body over the limit', 'POST /services', { host: 'x'.repeat(20_000) }, {}, 413, 'Payload too large'],
    ['too many form fields', 'POST /services', 'a=1&'.repeat(1001), form, 400, 'Too many arguments'],
    ['too many query arguments', `GET /services?${'a=1&'.repeat(1001)}`, undefined, {}, 400, 'Too many arguments'],
    ['a size that is no number', 'GET /services?size=x', undefined, {}, 400, 'size must be a number'],
    ['a size without a value', 'GET /services?size', undefined, {}, 400, 'size must be a number'],
    [
      'an offset of another list',
      'GET /services?offset=WzEyXQ',
      undefined,
      {},
      400,
      "'WzEyXQ' is not a valid offset: it belongs to another list",
    ],
    ['an empty tags filter', 'GET /services?tags', undefined, {}, 400, 'invalid option (tags: cannot be null)'],
    [
      'a NUL character',
      'POST /consumers',
      { username: 'a\0' },
      {},
      400,
      'schema violation (username: must not contain NUL or half of a surrogate pair)',
    ],
    [
      'a plugin that is not built',
      'POST /plugins',
      { name: 'ai-proxy' },
      {},
      400,
      "schema violation (name: plugin 'ai-proxy' not enabled; add it to the 'plugins' configuration property)",
    ],
    [
      'a key that is no id, where there is no name',
      'DELETE /ca_certificates/x',
      undefined,
      {},
      400,
      `invalid primary key: '{id="expected a valid UUID"}'`,
    ],
  ]
  for (const [name, line, body, headers, status, message] of cases) {
    test(name, async () => {
      const answer = await call(line, body, headers)
      expect([answer.status, answer.body?.message]).toEqual([status, message])
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    })
  }
})

describe('rows', () => {
  test('a route is made under its service, found both ways, and goes with it only when nothing is lost', async () => {
    const service = (await call('POST /services', { name: 'pay', url: 'https://pay.test/v1' })).body
    expect(service).toMatchObject({ protocol: 'https', host: 'pay.test', port: 443, path: '/v1' })
    const route = (await call('POST /services/pay/routes', { name: 'r', paths: ['/pay'] })).body
    expect(route.service).toEqual({ id: service.id })
    expect((await call('GET /routes/r/service')).body).toEqual(service)
    expect((await call('GET /services/pay/routes')).body).toEqual({ data: [route], next: null })
    expect(await call('DELETE /services/pay')).toMatchObject({ status: 400, body: { code: 4 } })
    expect((await call('DELETE /routes/r')).status).toBe(204)
    expect((await call('DELETE /services/pay')).status).toBe(204)
    expect((await call('GET /services')).body).toEqual({ data: [], next: null })
  })

  test('a form means what the fields say', async () => {
    const body = 'name=rate-limiting&config.minute=5&config.policy=local&tags[]=a&tags[]=b&enabled=false'
    const made = (await call('POST /plugins', body, form)).body
    expect(made).toMatchObject({ tags: ['a', 'b'], enabled: false, config: { minute: 5, policy: 'local' } })
    const changed = (await call(`PATCH /plugins/${made.id}`, 'config.hour=9', form)).body
    expect(changed.config).toMatchObject({ minute: 5, hour: 9 })
  })

  test('names of form fields reach no prototype', async () => {
    const body = '__proto__[polluted]=1&constructor.prototype.polluted=1&host=a.test'
    const answer = await call('POST /services', body, form)
    expect([answer.status, answer.body.code]).toEqual([400, 2])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('changes that meet are both kept', async () => {
    await call('POST /services', { name: 's', host: 'a.test' })
    const fields = ['retries', 'port', 'connect_timeout', 'read_timeout', 'write_timeout']
    await Promise.all(fields.map((field) => call('PATCH /services/s', { [field]: 7 })))
    expect((await call('GET /services/s')).body).toMatchObject(Object.fromEntries(fields.map((field) => [field, 7])))
  })

  for (const key of [uuid(7), 'same']) {
    test(`several that put the same new row all succeed, by ${key}`, async () => {
      const hosts = ['a.test', 'b.test', 'c.test', 'd.test']
      const puts = hosts.map((host) => call(`PUT /services/${key}`, { ...(key !== 'same' && { name: 'n' }), host }))
      expect((await Promise.all(puts)).map((answer) => answer.status)).toEqual([200, 200, 200, 200])
      expect((await call('GET /services')).body.data).toHaveLength(1)
    })
  }

  test('a key counts down and goes', async () => {
    await call('POST /consumers', { username: 'ana' })
    const { body } = await call('POST /consumers/ana/key-auth', { key: 'k', ttl: 100 })
    expect(body.key).toBe('k')
    expect([99, 100]).toContain(body.ttl)
    expect(body).not.toHaveProperty('expires_at')
    await call('PATCH /consumers/ana/key-auth/k', { tags: ['x'] })
    expect((await call('GET /key-auths/k')).body.ttl).toBeGreaterThan(90)
    await call('PUT /consumers/ana/key-auth/k', { ttl: 1 })
    await expect.poll(async () => (await call('GET /key-auths/k')).status, { timeout: 4_000 }).toBe(404)
    await expect.poll(async () => (await store.log.head()).revision, { timeout: 4_000 }).toBe(5)
  })

  test('one request is one revision, and one that is refused is none', async () => {
    await call('POST /consumers', { username: 'ana' })
    await call('POST /consumers', { username: 'ana' })
    await call('POST /consumers', { username: 1 })
    await call('GET /consumers/ana')
    expect((await store.log.head()).revision).toBe(1)
  })
})

describe('the fleet', () => {
  test('data planes are listed with what Kong says and what we know', async () => {
    const digest = 'a'.repeat(32)
    const record = {
      id: uuid(5),
      ip: '10.0.0.1',
      hostname: 'edge',
      version: '0.1.0',
      labels: { zone: 'a' },
      plugins: [],
      revision: 7 as never,
      digest,
      syncStatus: 'nacked',
      lastError: { at: 5_000, revision: 8 as never, errors: [{ entity: 'routes', id: uuid(6), message: 'bad regex' }] },
      lagRevisions: 1,
      lagMs: 20,
      connected: true,
      controlPlane: uuid(1),
      lastSeen: Date.now(),
      certificateExpiry: 9_000_000,
    } as const
    await store.fleet.save([record, { ...record, id: 'other', lastError: null, lastSeen: 0 }])
    await store.fleet.save([{ ...record, lastSeen: 1, hostname: 'older news' }])
    const first = (await call('GET /clustering/data-planes?size=1')).body
    expect(first.data[0]).toMatchObject({
      id: uuid(5),
      hostname: 'edge',
      config_hash: digest,
      revision: 7,
      cert_details: { expiry_timestamp: 9000 },
      lag: { revisions: 1, ms: 20 },
      last_error: { at: 5, revision: 8, errors: [{ message: 'bad regex' }] },
    })
    const second = (await call(`GET ${first.next}`)).body
    expect(second.data.map((row: { id: string }) => row.id)).toEqual(['other'])
    expect(second.data[0].last_error).toBeNull()
    expect((await call('GET /clustering/data-planes?offset=!')).status).toBe(400)
    const summary = await call('GET /clustering/status')
    expect([summary.headers.get('deprecation'), Object.keys(summary.body)]).toEqual(['true', [uuid(5), 'other']])
    expect(await store.fleet.purge(1)).toBe(1)
  })
})

describe('when things go wrong', () => {
  test('without a database the answer comes in time and says nothing of it; then all is well again', async () => {
    await call('POST /consumers', { username: 'ana' })
    await postgres.stop()
    const started = performance.now()
    const answers = await Promise.all([call('GET /consumers/ana'), call('POST /consumers', { username: 'bob' })])
    expect(performance.now() - started).toBeLessThan(5_000)
    for (const answer of answers) {
      expect([answer.status, answer.body]).toEqual([500, { message: 'An unexpected error occurred' }])
    }
    expect((await call('GET /status')).body.database).toEqual({ reachable: false })
    await postgres.start()
    await expect.poll(async () => (await call('GET /consumers/ana')).status, { timeout: 10_000 }).toBe(200)
  })

  test('closing answers the requests in flight first', async () => {
    const held = Promise.withResolvers<void>()
    const entered = Promise.withResolvers<void>()
    const holding = store.transact(async (transaction) => {
      await transaction.insert('consumers', { id: uuid(3), username: 'ana' })
      entered.resolve()
      await held.promise
    })
    await entered.promise
    // Waits for the transaction above, which has taken the name.
    const waiting = call('POST /consumers', { username: 'ana' })
    await expect.poll(async () => (await call('GET /status')).status).toBe(200)
    const closed = listeners.close()
    held.resolve()
    await holding
    expect((await waiting).status).toBe(409)
    await closed
    await expect(call('GET /status')).rejects.toThrow()
  })

  test('an address in use is said, and nothing is left listening', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => blocker.once('listening', resolve))
    const { port } = blocker.address() as { port: number }
    const connections = createConnectionCounts()
    const fleet = async () => []
    const app = createAdminApi({ config, store, plugins: [], fleet, connections, version: '1.2.3', log: silent })
    const both = [0, port].map((each) => ({ ip: '127.0.0.1', port: each, ssl: false }))
    await expect(listen(app, both, { cert: '', key: '' }, connections)).rejects.toThrow('EADDRINUSE')
    blocker.close()
  })
})
