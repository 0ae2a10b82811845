import { describe, expect, test } from 'vitest'
import { runPlugin, type TestRequest } from '@holdfast/plugin-kit/testing'
import { cors } from './plugin.ts'

const SHOP = 'https://shop.example'
const ALL = 'GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT'

describe('preflight', () => {
  const preflight = (headers: Record<string, string> = {}): TestRequest => ({
    method: 'OPTIONS',
    headers: { Origin: SHOP, 'Access-Control-Request-Method': 'PUT', ...headers },
  })
  const cases: [name: string, config: object, request: TestRequest, headers: Record<string, string>][] = [
    ['defaults', {}, preflight(), { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': ALL }],
    [
      'requested headers come back',
      {},
      preflight({ 'Access-Control-Request-Headers': 'x-one, X-Two' }),
      {
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Allow-Methods': ALL,
        'Access-Control-Allow-Headers': 'x-one, X-Two',
      },
    ],
    [
      'what is configured wins',
      { origins: [SHOP], methods: ['GET', 'PUT'], headers: ['X-A', 'X-B'], max_age: 77, exposed_headers: ['X-E'] },
      preflight({ 'Access-Control-Request-Headers': 'x-other' }),
      {
        'Access-Control-Allow-Origin': SHOP,
        vary: 'Origin',
        'Access-Control-Allow-Methods': 'GET,PUT',
        'Access-Control-Allow-Headers': 'X-A,X-B',
        'Access-Control-Max-Age': '77',
      },
    ],
    [
      'credentials with one origin',
      { credentials: true, origins: [SHOP] },
      preflight({ Origin: 'https://evil.example' }),
      {
        'Access-Control-Allow-Origin': SHOP,
        vary: 'Origin',
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Allow-Methods': ALL,
      },
    ],
    [
      'credentials with all origins',
      { credentials: true },
      preflight(),
      {
        'Access-Control-Allow-Origin': SHOP,
        vary: 'Origin',
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Allow-Methods': ALL,
      },
    ],
    [
      'a private network',
      { private_network: true },
      preflight({ 'Access-Control-Request-Private-Network': 'true' }),
      {
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Allow-Methods': ALL,
        'Access-Control-Allow-Private-Network': 'true',
      },
    ],
    [
      'a private network, not asked for',
      { private_network: true },
      preflight(),
      { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': ALL },
    ],
    [
      'a private network, not granted',
      {},
      preflight({ 'Access-Control-Request-Private-Network': 'true' }),
      { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': ALL },
    ],
    [
      'an origin that is not allowed',
      { origins: [SHOP, 'https://b.example'] },
      preflight({ Origin: 'https://c.example' }),
      { vary: 'Origin', 'Access-Control-Allow-Methods': ALL },
    ],
  ]
  test.each(cases)('%s', async (_, config, request, headers) => {
    const outcome = await runPlugin(cors, { ...config }).send(request)
    expect(outcome.reply).toEqual({ status: 200, headers })
    // Nothing is added afterwards.
    expect(outcome.headerValues('vary')).toHaveLength('vary' in headers ? 1 : 0)
    expect(outcome.header('Access-Control-Expose-Headers')).toBeUndefined()
  })

  test('may be left to the service, whose headers then stay', async () => {
    const outcome = await runPlugin(cors, { preflight_continue: true, origins: [SHOP] }).send(preflight(), {
      headers: { 'Access-Control-Allow-Origin': 'https://upstream.example' },
    })
    expect(outcome.reply).toBeUndefined()
    expect([outcome.header('Access-Control-Allow-Origin'), outcome.header('Vary')]).toEqual([
      'https://upstream.example',
      undefined,
    ])
  })

  test.each<[TestRequest]>([
    [{ method: 'OPTIONS' }],
    [{ method: 'OPTIONS', headers: { Origin: SHOP } }],
    [{ method: 'OPTIONS', headers: { 'Access-Control-Request-Method': 'PUT' } }],
    [{ method: 'GET', headers: { Origin: SHOP, 'Access-Control-Request-Method': 'PUT' } }],
  ])('is not %j', async (request) => {
    const outcome = await runPlugin(cors).send(request)
    expect([outcome.reply, outcome.header('Access-Control-Allow-Origin')]).toEqual([undefined, '*'])
  })
})

describe('origins', () => {
  const cases: [
    origins: string[],
    origin: string | undefined,
    allowed: string | undefined,
    vary: string | undefined,
  ][] = [
    [[], 'https://any.example', '*', undefined],
    [['*'], 'https://any.example', '*', undefined],
    [['*'], undefined, '*', undefined],
    [[SHOP], 'https://evil.example', SHOP, 'Origin'],
    [[SHOP], undefined, SHOP, 'Origin'],
    [[SHOP, 'https://admin.example:8443'], 'https://admin.example:8443', 'https://admin.example:8443', 'Origin'],
    [[SHOP, 'https://admin.example:8443'], 'https://admin.example', undefined, 'Origin'],
    [[SHOP, 'https://admin.example:8443'], undefined, undefined, 'Origin'],
    [[SHOP, '*'], 'https://other.example', '*', 'Origin'],
    [[SHOP, '*'], undefined, undefined, 'Origin'],
    [[SHOP, 'http://b.example:80'], 'https://shop.example:443', SHOP, 'Origin'],
    [[SHOP, 'http://b.example:80'], 'http://b.example', 'http://b.example', 'Origin'],
    [[SHOP, 'http://b.example'], 'http://shop.example', undefined, 'Origin'],
    // A word without scheme is an origin like any other, and browsers send none like it.
    [['shop.example', 'b.example'], SHOP, undefined, 'Origin'],
    [['.*\\.trusted\\.example'], 'https://a.trusted.example', 'https://a.trusted.example', 'Origin'],
    [['.*\\.trusted\\.example'], 'https://a.trusted.example:99', 'https://a.trusted.example:99', 'Origin'],
    [['.*\\.trusted\\.example'], 'https://a.trusted.example.evil.net', undefined, 'Origin'],
    [['exact\\.example'], 'https://notexact.example', undefined, 'Origin'],
    [['^https?://(one|two)\\.example(:[0-9]+)?$'], 'http://two.example:8080', 'http://two.example:8080', 'Origin'],
    [['^https?://(one|two)\\.example(:[0-9]+)?$'], 'ftp://two.example', undefined, 'Origin'],
    [['one\\.example|two\\.example'], 'https://one.example.evil.net', undefined, 'Origin'],
    [['(a|b)+\\.example'], `https://${'ab'.repeat(200)}!`, undefined, 'Origin'],
    [['.*\\.example'], `https://${'a'.repeat(600)}.example`, undefined, 'Origin'],
    [['.*\\.example'], 'null', undefined, 'Origin'],
    [['http://\\[::1\\]:8080'], 'http://[::1]:8080', 'http://[::1]:8080', 'Origin'],
  ]
  test.each(cases)('%j answer %s with %s', async (origins, origin, allowed, vary) => {
    const plugin = runPlugin(cors, { origins })
    // The second time the answer is remembered.
    for (let i = 0; i < 2; i++) {
      const outcome = await plugin.send(origin === undefined ? {} : { headers: { Origin: origin } }, {
        headers: { 'Access-Control-Allow-Origin': 'https://upstream.example' },
      })
      expect([outcome.header('Access-Control-Allow-Origin'), outcome.header('Vary')]).toEqual([allowed, vary])
    }
  })

  test('many different ones are answered right, though not all are remembered', async () => {
    const plugin = runPlugin(cors, { origins: ['https://[0-9]+\\.example', SHOP] })
    for (const number of [...Array(1_200).keys(), 5]) {
      const origin = `https://${number}.example`
      expect((await plugin.send({ headers: { origin } })).header('Access-Control-Allow-Origin')).toBe(origin)
    }
  })
})

test('Vary of the service stays', async () => {
  const outcome = await runPlugin(cors, { origins: [SHOP] }).send({}, { headers: { Vary: 'Accept' } })
  expect(outcome.headerValues('Vary')).toEqual(['Accept', 'Origin'])
})

test('exposed headers are listed, on answers of the gateway too', async () => {
  const plugin = runPlugin(cors, { exposed_headers: ['X-One', 'X-Two'] })
  expect((await plugin.send({ headers: { Origin: SHOP } })).header('Access-Control-Expose-Headers')).toBe('X-One,X-Two')
})

const withCredentials: [
  origins: string[],
  origin: string | undefined,
  allowed: string | undefined,
  credentials: string | undefined,
  varies: number,
][] = [
  [[], SHOP, SHOP, 'true', 1],
  [[], undefined, '*', undefined, 0],
  [[SHOP], undefined, SHOP, 'true', 1],
  [[SHOP, 'https://b.example'], 'https://c.example', undefined, 'true', 1],
  [[SHOP, '*'], 'https://c.example', 'https://c.example', 'true', 2],
]
test.each(withCredentials)('credentials: %j answer %s', async (origins, origin, allowed, credentials, varies) => {
  const outcome = await runPlugin(cors, { origins, credentials: true }).send(
    origin === undefined ? {} : { headers: { Origin: origin } },
  )
  expect([outcome.header('Access-Control-Allow-Origin'), outcome.header('Access-Control-Allow-Credentials')]).toEqual([
    allowed,
    credentials,
  ])
  expect(outcome.headerValues('Vary')).toEqual(Array(varies).fill('Origin'))
})
