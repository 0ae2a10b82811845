import { describe, expect, test } from 'vitest'
import type { Consumer } from '@holdfast/entities'
import {
  runPlugin,
  TestCounters,
  TestExchange,
  TestHost,
  type TestRequest,
  type TestRun,
} from '@holdfast/plugin-kit/testing'
import { rateLimiting } from './plugin.ts'

/** 23 hours, 50 minutes and 20.5 seconds into the last day of a month. */
const NOW = Date.parse('2026-01-31T23:50:20.500Z')

const run = (config: object, options: object = {}): TestRun =>
  runPlugin(rateLimiting, { ...config }, { now: NOW, ...options })

async function statuses(plugin: TestRun, requests: readonly TestRequest[]): Promise<number[]> {
  const all: number[] = []
  for (const request of requests) all.push((await plugin.send(request)).status)
  return all
}

/** Names and values of the headers about limits, shortened. */
function told(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries(
    [...headers].map(([name, value]) => [name.replace('RateLimit-', '').replace('X-Limit', 'Limit'), value]),
  )
}

describe('what the client is told', () => {
  const cases: [name: string, config: object, requests: number, headers: Record<string, string>, status: number][] = [
    [
      'first request',
      { hour: 3 },
      1,
      { 'Limit-Hour': '3', 'X-Remaining-Hour': '2', Limit: '3', Remaining: '2', Reset: '580' },
      200,
    ],
    [
      'last request',
      { hour: 3 },
      3,
      { 'Limit-Hour': '3', 'X-Remaining-Hour': '0', Limit: '3', Remaining: '0', Reset: '580' },
      200,
    ],
    [
      'one too many',
      { hour: 3 },
      4,
      { 'Limit-Hour': '3', 'X-Remaining-Hour': '0', Limit: '3', Remaining: '0', Reset: '580', 'Retry-After': '580' },
      429,
    ],
    [
      'many too many',
      { hour: 3 },
      9,
      { 'Limit-Hour': '3', 'X-Remaining-Hour': '0', Limit: '3', Remaining: '0', Reset: '580', 'Retry-After': '580' },
      429,
    ],
    [
      'several windows, the tightest in front',
      { hour: 3, day: 10, year: 100 },
      1,
      {
        'Limit-Hour': '3',
        'X-Remaining-Hour': '2',
        'Limit-Day': '10',
        'X-Remaining-Day': '9',
        'Limit-Year': '100',
        'X-Remaining-Year': '99',
        Limit: '3',
        Remaining: '2',
        Reset: '580',
      },
      200,
    ],
    [
      'a refusal is counted in no window',
      { hour: 3, day: 10, year: 100 },
      6,
      {
        'Limit-Hour': '3',
        'X-Remaining-Hour': '0',
        'Limit-Day': '10',
        'X-Remaining-Day': '7',
        'Limit-Year': '100',
        'X-Remaining-Year': '97',
        Limit: '3',
        Remaining: '0',
        Reset: '580',
        'Retry-After': '580',
      },
      429,
    ],
    [
      'equal limits: the longer window in front',
      { hour: 2, day: 2 },
      3,
      {
        'Limit-Hour': '2',
        'X-Remaining-Hour': '0',
        'Limit-Day': '2',
        'X-Remaining-Day': '0',
        Limit: '2',
        Remaining: '0',
        Reset: '580',
        'Retry-After': '580',
      },
      429,
    ],
    [
      'the second',
      { second: 1 },
      1,
      { 'Limit-Second': '1', 'X-Remaining-Second': '0', Limit: '1', Remaining: '0', Reset: '1' },
      200,
    ],
    [
      'the minute',
      { minute: 1 },
      1,
      { 'Limit-Minute': '1', 'X-Remaining-Minute': '0', Limit: '1', Remaining: '0', Reset: '40' },
      200,
    ],
    [
      'the month, by the calendar',
      { month: 1 },
      1,
      { 'Limit-Month': '1', 'X-Remaining-Month': '0', Limit: '1', Remaining: '0', Reset: '580' },
      200,
    ],
    [
      'the year, by the calendar',
      { year: 1 },
      1,
      { 'Limit-Year': '1', 'X-Remaining-Year': '0', Limit: '1', Remaining: '0', Reset: String(334 * 86_400 + 580) },
      200,
    ],
    [
      'half a request',
      { hour: 1.5 },
      1,
      { 'Limit-Hour': '1.5', 'X-Remaining-Hour': '0.5', Limit: '1.5', Remaining: '0.5', Reset: '580' },
      200,
    ],
    [
      'half a request begun',
      { hour: 1.5 },
      2,
      { 'Limit-Hour': '1.5', 'X-Remaining-Hour': '0', Limit: '1.5', Remaining: '0', Reset: '580' },
      200,
    ],
    ['nothing', { hour: 1, hide_client_headers: true }, 1, {}, 200],
    ['nothing at a refusal either', { hour: 1, hide_client_headers: true }, 2, {}, 429],
  ]
  test.each(cases)('%s', async (_, config, requests, headers, status) => {
    const plugin = run(config)
    for (let i = 1; i < requests; i++) await plugin.send()
    const { exchange } = await plugin.send()
    expect([exchange.response.status, told(exchange.response.headers())]).toEqual([status, headers])
  })

  test('with several windows, a later one that refuses gives the earlier ones back what they counted', async () => {
    const plugin = run({ second: 5, hour: 5 })
    await statuses(
      plugin,
      Array.from({ length: 5 }, () => ({})),
    )
    plugin.host.pass(1_000)
    const { exchange, reply } = await plugin.send()
    expect(reply?.status).toBe(429)
    expect(told(exchange.response.headers())).toMatchObject({ 'X-Remaining-Second': '5', 'X-Remaining-Hour': '0' })
  })

  test('an answer that was given before the plugin ran is not about limits', () => {
    const exchange = new TestExchange()
    run({ hour: 1 }).phases.headerFilter!(exchange)
    expect(told(exchange.response.headers())).toEqual({})
  })
})

test('the refusal', async () => {
  const plain = run({ hour: 1 })
  await plain.send()
  expect((await plain.send()).reply).toEqual({ status: 429, error: 'API rate limit exceeded' })
  const own = run({ hour: 1, error_code: 404, error_message: 'enough for now' })
  await own.send()
  expect((await own.send()).reply).toEqual({ status: 404, error: 'enough for now' })
})

describe('windows', () => {
  test.each([
    ['second', 500, 499],
    ['minute', 39_500, 39_499],
    ['hour', 579_500, 579_499],
    ['day', 579_500, 579_499],
    ['month', 579_500, 579_499],
    ['year', 334 * 86_400_000 + 579_500, 334 * 86_400_000 + 579_499],
  ])('a new %s begins anew', async (period, next, last) => {
    for (const [ms, status] of [
      [last, 429],
      [next, 200],
    ] as const) {
      const plugin = run({ [period]: 1 })
      await plugin.send()
      plugin.host.pass(ms)
      expect((await plugin.send()).status).toBe(status)
    }
  })

  test('a clock that is set back goes on in the window that it is in', async () => {
    const plugin = run({ minute: 1 })
    await plugin.send()
    plugin.host.pass(60_000)
    await plugin.send()
    plugin.host.pass(-60_000)
    expect((await plugin.send()).status).toBe(429)
  })
})

const person = (id: string): Consumer => ({
  id,
  username: id,
  custom_id: null,
  tags: null,
  created_at: 0,
  updated_at: 0,
})
const tenant = (name: string): TestRequest => ({ headers: { 'X-Tenant': name } })

describe('who is counted together', () => {
  const ann = { consumer: person('ann'), credential: { id: 'ann-1' } }
  const ann2 = { consumer: person('ann'), credential: { id: 'ann-2' } }
  const bob = { consumer: person('bob'), credential: { id: 'bob-1' } }
  const ldap = { credential: { id: 'ldap user' } }
  const other = { ip: '192.0.2.2' }
  const service = { service: { id: 's2' } }
  const hot = { target: '/hot?x=1' }

  const cases: [config: object, requests: TestRequest[], statuses: number[]][] = [
    [{}, [ann, ann2, bob, {}, other], [200, 429, 200, 200, 200]],
    [{}, [{}, {}, other], [200, 429, 200]],
    [{}, [ldap, ldap, {}], [200, 429, 200]],
    [{ limit_by: 'credential' }, [ann, ann2, ann, {}], [200, 200, 429, 200]],
    [{ limit_by: 'credential' }, [{ consumer: person('ann') }, {}], [200, 429]],
    [{ limit_by: 'ip' }, [ann, bob, other], [200, 429, 200]],
    [{ limit_by: 'service' }, [{}, other, service], [200, 429, 200]],
    [{ limit_by: 'service' }, [{ service: null }, { service: null }, { service: null, ...other }], [200, 429, 200]],
    [
      { limit_by: 'header', header_name: 'x-tenant' },
      [tenant('a'), tenant('b'), tenant('a'), {}, {}],
      [200, 200, 429, 200, 429],
    ],
    // A client cannot use up what belongs to an address by writing it into a header.
    [{ limit_by: 'header', header_name: 'x-tenant' }, [tenant('192.0.2.1'), tenant('192.0.2.1'), {}], [200, 429, 200]],
    [
      { limit_by: 'path', path: '/hot' },
      [hot, { ...hot, ...other }, { target: '/cold' }, { target: '/warm' }],
      [200, 429, 200, 429],
    ],
  ]
  test.each(cases)('%j %j', async (config, requests, expected) => {
    expect(await statuses(run({ hour: 1, ...config }), requests)).toEqual(expected)
  })
})

describe('instances', () => {
  const counters = new TestCounters()
  test('of the same row count together, on all threads and when the row changes', async () => {
    const plugin = { id: 'a' }
    const first = run({ hour: 1 }, { counters, plugin })
    const second = run({ hour: 1 }, { counters, plugin })
    const changed = run({ hour: 50 }, { counters, plugin })
    expect((await first.send()).status).toBe(200)
    expect((await second.send()).status).toBe(429)
    expect((await changed.send()).header('X-RateLimit-Remaining-Hour')).toBe('48')
  })

  test('of different rows do not', async () => {
    expect((await run({ hour: 1 }, { counters, plugin: { id: 'b' } }).send()).status).toBe(200)
  })
})

test.each(['redis', 'cluster'])('a row with the policy %s is not compiled', (policy) => {
  const create = () => rateLimiting.create({ hour: 1, policy, redis: { host: 'r' } }, new TestHost())
  expect(create).toThrow(`policy '${policy}' not available yet; use 'local'`)
  expect(() => run({ hour: 1, policy, redis: { host: 'r.example' } })).toThrow(
    `schema violation (config: policy '${policy}' not available yet; use 'local')`,
  )
})

test.each([
  [{ sync_rate: 1 }, 'sync_rate can only be used with the redis policy'],
  [
    { policy: 'redis', redis: { host: 'r.example' }, sync_rate: 0.01 },
    'sync_rate must be greater than 0.02, or -1 to disable',
  ],
  [{ error_code: 429.5 }, 'error_code must be an HTTP status, an integer between 100 and 599'],
  [{ error_code: 600 }, 'error_code must be an HTTP status, an integer between 100 and 599'],
])('%j is refused', (config, reason) => {
  expect(() => run({ hour: 1, ...config })).toThrow(`schema violation (config: ${reason})`)
})
