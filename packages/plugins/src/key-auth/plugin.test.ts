import { describe, expect, test } from 'vitest'
import type { Consumer, KeyauthCredential } from '@holdfast/entities'
import { runPlugin, TestExchange, type TestRequest, type TestRun } from '@holdfast/plugin-kit/testing'
import { keyAuth } from './plugin.ts'
import { LONGEST_BODY } from './request-body.ts'

const NOW = Date.UTC(2026, 0, 1)

function consumer(id: string, members: Partial<Consumer> = {}): Consumer {
  return { id, username: null, custom_id: null, tags: null, created_at: 0, updated_at: 0, ...members }
}

function credential(key: string, owner: string, expiresAt?: number): object {
  const row: KeyauthCredential = { id: `credential of ${key}`, key, consumer: { id: owner }, tags: null, created_at: 0 }
  return expiresAt === undefined ? row : { ...row, expires_at: expiresAt }
}

function run(config: Record<string, unknown> = {}): TestRun {
  return runPlugin(keyAuth, config, {
    now: NOW,
    rows: {
      consumers: [
        consumer('ann', { username: 'Ann', custom_id: 'A-1' }),
        consumer('nameless', { custom_id: 'only-custom' }),
        consumer('guest', { username: 'guest-name' }),
        consumer('odd', { username: 'Zoë\r\nX-Admin: 1' }),
      ],
      keyauth_credentials: [
        credential('ann-key', 'ann'),
        credential('clé', 'ann'),
        credential('nameless-key', 'nameless'),
        credential('odd-key', 'odd'),
        credential('ended', 'ann', NOW / 1000),
        credential('ending', 'ann', NOW / 1000 + 10),
        credential('orphan', 'nobody'),
      ],
    },
  })
}

const MISSING = 'No API key found in request'
const SEVERAL = 'Duplicate API key found'
const UNKNOWN = 'Unauthorized'
const form = (body: string): TestRequest => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body,
})
const json = (value: unknown): TestRequest => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
})
const multipart = (...fields: [string, string][]): TestRequest => ({
  method: 'POST',
  headers: { 'content-type': 'multipart/form-data; boundary=XbX' },
  body: `${fields.map(([name, value]) => `--XbX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('')}--XbX--\r\n`,
})

describe('where the key is found', () => {
  const inBody = { key_in_body: true }
  const two = { key_names: ['first', 'second'] }
  const cases: [name: string, config: object, request: TestRequest, expected: string][] = [
    ['no key', {}, {}, MISSING],
    ['header', {}, { headers: { ApiKey: 'ann-key' } }, 'ann'],
    ['query', {}, { target: '/?a=b&apikey=ann-key' }, 'ann'],
    ['query, encoded', {}, { target: '/?apike%79=ann%2Dkey' }, 'ann'],
    ['the query distinguishes letter case', {}, { target: '/?APIKEY=ann-key' }, MISSING],
    ['header before query', {}, { target: '/?apikey=wrong', headers: { apikey: 'ann-key' } }, 'ann'],
    ['unknown key', {}, { headers: { apikey: 'nope' } }, UNKNOWN],
    ['empty key', {}, { headers: { apikey: '' }, target: '/?apikey=ann-key' }, MISSING],
    ['argument without value', {}, { target: '/?apikey' }, MISSING],
    ['argument twice', {}, { target: '/?apikey=ann-key&apikey=ann-key' }, SEVERAL],
    ['header twice', {}, { headers: { apikey: ['ann-key', 'x'] } }, SEVERAL],
    ['headers are off', { key_in_header: false }, { headers: { apikey: 'ann-key' } }, MISSING],
    ['headers are off, query', { key_in_header: false }, { target: '/?apikey=ann-key' }, 'ann'],
    ['query is off', { key_in_query: false }, { target: '/?apikey=ann-key' }, MISSING],
    ['second name', two, { headers: { second: 'ann-key' } }, 'ann'],
    ['first name wins', two, { headers: { second: 'ann-key', first: 'nope' } }, UNKNOWN],
    ['a flag under the first name', two, { target: '/?first&second=ann-key' }, 'ann'],
    ['no names', { key_names: [] }, { headers: { apikey: 'ann-key' } }, MISSING],
    ['underscore for dash', { key_names: ['x_api_key'] }, { headers: { 'X-Api-Key': 'ann-key' } }, 'ann'],
    ['underscore itself', { key_names: ['x_api_key'] }, { headers: { X_Api_Key: 'ann-key' } }, 'ann'],
    ['beyond ASCII', {}, { headers: { apikey: Buffer.from('clé').toString('latin1') } }, 'ann'],
    ['beyond ASCII in the query', {}, { target: '/?apikey=cl%C3%A9' }, 'ann'],
    ['body is off', {}, form('apikey=ann-key'), MISSING],
    ['form', inBody, form('x=1&apikey=ann-key'), 'ann'],
    ['form, twice', inBody, form('apikey=ann-key&apikey=b'), SEVERAL],
    ['form, flag', inBody, form('apikey'), MISSING],
    ['JSON', inBody, json({ n: 1, apikey: 'ann-key' }), 'ann'],
    ['JSON beyond ASCII', inBody, json({ apikey: 'clé' }), 'ann'],
    ['JSON number', inBody, json({ apikey: 5 }), MISSING],
    ['JSON list', inBody, json({ apikey: ['ann-key'] }), SEVERAL],
    ['JSON null', inBody, json(null), MISSING],
    ['JSON without the member', inBody, json({}), MISSING],
    ['JSON, inherited member', { ...inBody, key_names: ['constructor'] }, json({}), MISSING],
    ['broken JSON', inBody, { ...json(1), body: '{"apikey":' }, MISSING],
    ['multipart', inBody, multipart(['note', 'hi'], ['apikey', 'ann-key']), 'ann'],
    ['multipart, twice', inBody, multipart(['apikey', 'ann-key'], ['apikey', 'b']), SEVERAL],
    ['broken multipart', inBody, { ...multipart(), body: '--XbX\r\nContent-Disp' }, MISSING],
    [
      'other content',
      inBody,
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'apikey=ann-key' },
      MISSING,
    ],
    ['no content type', inBody, { method: 'POST', body: 'apikey=ann-key' }, MISSING],
    ['too long a body', inBody, form(`apikey=ann-key&x=${'x'.repeat(LONGEST_BODY)}`), MISSING],
    ['second name in the body', { ...inBody, ...two }, form('second=ann-key'), 'ann'],
    [
      'first name in the body before second in a header',
      { ...inBody, ...two },
      { ...form('first=nope'), headers: { ...form('').headers, second: 'ann-key' } },
      UNKNOWN,
    ],
    ['expired', {}, { headers: { apikey: 'ended' } }, UNKNOWN],
    ['its consumer is gone', {}, { headers: { apikey: 'orphan' } }, UNKNOWN],
  ]
  test.each(cases)('%s', async (_, config, request, expected) => {
    const { exchange, reply } = await run({ ...config }).send(request)
    const refusal = { status: 401, error: expected, headers: { 'WWW-Authenticate': 'Key' } }
    expect([reply, exchange.consumer?.id]).toEqual(expected === 'ann' ? [undefined, 'ann'] : [refusal, undefined])
  })
})

test('a key with a time to live is good until it ends', async () => {
  const plugin = run()
  const request = { headers: { apikey: 'ending' } }
  plugin.host.pass(9_999)
  expect((await plugin.send(request)).reply).toBeUndefined()
  plugin.host.pass(1)
  expect((await plugin.send(request)).reply?.error).toBe(UNKNOWN)
})

test('the realm is named', async () => {
  const { reply } = await run({ realm: 'back office' }).send()
  expect(reply?.headers).toEqual({ 'WWW-Authenticate': 'Key realm="back office"' })
})

test.each([
  ['OPTIONS is refused too', {}, 401],
  ['unless it is excused', { run_on_preflight: false }, undefined],
])('%s', async (_, config, status) => {
  expect((await run(config).send({ method: 'OPTIONS' })).reply?.status).toBe(status)
})

describe('what the service is told', () => {
  const forged = {
    'X-Consumer-ID': 'f',
    'X-Consumer-Username': 'f',
    'X-Consumer-Custom-ID': 'f',
    'X-Credential-Identifier': 'f',
    'X-Anonymous-Consumer': 'f',
  }
  const cases: [key: string, config: object, expected: (string | undefined)[]][] = [
    ['ann-key', {}, ['ann', 'Ann', 'A-1', 'credential of ann-key', undefined]],
    ['nameless-key', {}, ['nameless', undefined, 'only-custom', 'credential of nameless-key', undefined]],
    ['nope', { anonymous: 'guest' }, ['guest', 'guest-name', undefined, undefined, 'true']],
  ]
  test.each(cases)('with the key %s', async (apikey, config, expected) => {
    const { sent } = await run({ ...config }).send({ headers: { ...forged, apikey } })
    expect(Object.keys(forged).map((name) => sent(name))).toEqual(expected)
  })

  test('a name cannot add a header', async () => {
    const { sent } = await run().send({ headers: { apikey: 'odd-key' } })
    expect(sent('X-Consumer-Username')).toBe(`${Buffer.from('Zoë').toString('latin1')}%0D%0AX-Admin: 1`)
  })
})

describe('anonymous', () => {
  test.each(['guest', 'guest-name'])('%s stands in', async (anonymous) => {
    const { exchange, reply } = await run({ anonymous }).send()
    expect([reply, exchange.consumer?.id, exchange.credential]).toEqual([undefined, 'guest', null])
  })

  test('for a key that is looked for in the body too', async () => {
    const { exchange } = await run({ anonymous: 'guest', key_in_body: true }).send(form('x=1'))
    expect(exchange.consumer?.id).toBe('guest')
  })

  test('whoever another plugin knows stays', async () => {
    const known = { consumer: consumer('other'), credential: { id: 'c' } }
    const { exchange } = await run({ anonymous: 'guest' }).send({ ...known, headers: { apikey: 'ann-key' } })
    expect(exchange.consumer?.id).toBe('other')
  })

  test('a consumer that does not exist is an error, and logged', async () => {
    const plugin = run({ anonymous: 'nobody' })
    expect((await plugin.send()).reply).toEqual({ status: 500, error: 'An unexpected error occurred' })
    expect(plugin.host.logged).toMatchObject([{ level: 'error', fields: { anonymous: 'nobody' } }])
  })
})

describe('hide_credentials', () => {
  const hide = { hide_credentials: true }
  test('takes the key out of headers and query, and writes the query anew', async () => {
    const target = '/?a=x%20y&apikey=ann-key&c&d=%c3%a9'
    const { exchange, sent } = await run(hide).send({ target, headers: { apikey: 'ann-key', other: '1' } })
    expect([sent('apikey'), sent('other'), exchange.upstream.query]).toEqual([undefined, '1', 'a=x+y&c=&d=%C3%A9'])
    expect(exchange.request.header('apikey')).toBe('ann-key')
  })

  test('leaves a request without query without one', async () => {
    const { exchange } = await run(hide).send({ headers: { apikey: 'ann-key' } })
    expect(exchange.upstream.query).toBe('')
  })

  test('without it nothing is changed', async () => {
    const { exchange, sent } = await run({ key_in_body: true }).send({
      ...form('x=1'),
      headers: { ...form('').headers, apikey: 'ann-key' },
    })
    expect([sent('apikey'), exchange.upstream.body]).toEqual(['ann-key', undefined])
  })

  const bodies: [name: string, request: TestRequest, left: string][] = [
    ['form', form('b=2&apikey=ann-key&a=1+1'), 'a=1%201&b=2'],
    ['JSON', json({ apikey: 'ann-key', n: 1 }), '{"n":1}'],
    ['multipart', multipart(['apikey', 'ann-key'], ['note', 'hi']), String(multipart(['note', 'hi']).body)],
    ['multipart at the end', multipart(['note', 'hi'], ['apikey', 'ann-key']), String(multipart(['note', 'hi']).body)],
    [
      'a form, the key in a header',
      { ...form('a=1&apikey=x'), headers: { ...form('').headers, apikey: 'ann-key' } },
      'a=1',
    ],
  ]
  test.each(bodies)('takes the key out of the body: %s', async (_, request, left) => {
    const { exchange, reply } = await run({ ...hide, key_in_body: true }).send(request)
    expect(reply).toBeUndefined()
    expect(Buffer.from(exchange.upstream.body!).toString()).toBe(left)
  })
})

test('a key in the head is judged without waiting', () => {
  const { phases } = run({ key_in_body: true, anonymous: 'guest' })
  const exchange = new TestExchange({ headers: { apikey: 'ann-key' } })
  expect(phases.access!(exchange)).toBeUndefined()
  expect(exchange.consumer?.id).toBe('ann')
})
