import { parse, violationMessage } from '@holdfast/schema'
import { describe, expect, test } from 'vitest'
import { consumers, entityByName, keyauthCredentials, routes, services, targets, upstreams } from './index.ts'
import type { Entity } from './index.ts'

const context = {
  now: () => 1_800_000_000_500,
  uuid: () => '00000000-0000-4000-8000-000000000009',
  entity: entityByName,
}

type Members = Readonly<Record<string, unknown>>
function insert(entity: Entity, input: Members): Members {
  const parsed = parse(entity, input, { ...context, mode: 'insert' })
  if (!parsed.ok) throw new Error(violationMessage(parsed.violations))
  return parsed.value as Members
}
function update(entity: Entity, current: Members, change: Members): Members | string {
  const parsed = parse(entity, change, { ...context, mode: 'update', current })
  return parsed.ok ? (parsed.value as Members) : violationMessage(parsed.violations)
}

const upstream = { id: '00000000-0000-4000-8000-000000000001' }

describe('a new row', () => {
  const cases: [string, Entity, Members, Members][] = [
    [
      'url of a service',
      services,
      { url: 'https://a.test/x' },
      { protocol: 'https', host: 'a.test', port: 443, path: '/x' },
    ],
    ['url without port, not https', services, { url: 'grpcs://a.test' }, { protocol: 'grpcs', port: 80, path: null }],
    ['url with an IPv6 address', services, { url: 'http://[::1]:81' }, { host: '::1', port: 81 }],
    ['times in seconds', services, { host: 'a.test' }, { created_at: 1_800_000_000, updated_at: 1_800_000_000 }],
    ['times in milliseconds', targets, { upstream, target: 'a.test' }, { created_at: 1_800_000_000.5 }],
    ['a target gets a port', targets, { upstream, target: 'a.test' }, { target: 'a.test:8000' }],
    [
      'a target is normalised',
      targets,
      { upstream, target: '[::1]:80' },
      { target: '[0000:0000:0000:0000:0000:0000:0000:0001]:80' },
    ],
    ['hash_on chooses the algorithm', upstreams, { name: 'u', hash_on: 'ip' }, { algorithm: 'consistent-hashing' }],
    [
      'an algorithm that hashes nothing wins over hash_on',
      upstreams,
      { name: 'u', algorithm: 'least-connections', hash_on: 'ip' },
      { algorithm: 'least-connections', hash_on: 'none' },
    ],
    ['an algorithm alone', upstreams, { name: 'u', algorithm: 'latency' }, { algorithm: 'latency', hash_on: 'none' }],
    ['gRPC routes keep their path', routes, { protocols: ['grpc'], hosts: ['a'] }, { strip_path: false }],
    ['sets lose repetitions', routes, { paths: ['/'], methods: ['GET', 'PUT', 'GET'] }, { methods: ['GET', 'PUT'] }],
    ['null stays null over a default', services, { host: 'a.test', retries: null }, { retries: null }],
    ['an empty object as list', services, { host: 'a.test', tags: {} }, { tags: [] }],
    ['a key is made up', keyauthCredentials, { consumer: upstream }, { key: '00000000000040008000000000000009' }],
    ['a time to live', keyauthCredentials, { consumer: upstream, ttl: 60 }, { ttl: 60 }],
    [
      'ids in lower case',
      keyauthCredentials,
      { consumer: { id: 'ABCDEF00-0000-4000-8000-000000000001', x: 1 } },
      {
        consumer: { id: 'abcdef00-0000-4000-8000-000000000001' },
      },
    ],
  ]
  for (const [name, entity, input, expected] of cases)
    test(name, () => expect(insert(entity, input)).toMatchObject(expected))

  test('healthchecks are filled to their depth', () => {
    const { healthchecks } = insert(upstreams, { name: 'u', healthchecks: { active: { healthy: { interval: 5 } } } })
    expect(healthchecks).toMatchObject({
      active: { headers: null, https_sni: null, healthy: { interval: 5, successes: 0, http_statuses: [200, 302] } },
      passive: { type: 'http', unhealthy: { http_statuses: [429, 500, 503] } },
      threshold: 0,
    })
  })

  test('a time to live must be a number of seconds', () => {
    const parsed = parse(keyauthCredentials, { consumer: upstream, ttl: 'soon' }, { ...context, mode: 'insert' })
    expect(parsed).toMatchObject({ ok: false, violations: { ttl: 'expected a number' } })
  })
})

describe('a changed row', () => {
  const service = {
    ...insert(services, { name: 's', host: 'a.test', path: '/x', tags: ['a'] }),
    created_at: 5,
    updated_at: 5,
  }
  const fleet = insert(upstreams, { name: 'u', healthchecks: { active: { timeout: 3 } } })
  const cases: [string, Entity, Members, Members, Members | string][] = [
    [
      'only what is given',
      services,
      service,
      { port: 81 },
      { name: 's', port: 81, created_at: 5, updated_at: 1_800_000_000 },
    ],
    ['null resets', services, service, { path: null }, { path: null }],
    ['null over a default is stored', services, service, { retries: null }, { retries: null }],
    ['null of a required field', services, service, { host: null }, 'schema violation (host: required field missing)'],
    ['lists are replaced', services, service, { tags: ['b'] }, { tags: ['b'] }],
    [
      'records are merged',
      upstreams,
      fleet,
      { healthchecks: { active: { concurrency: 2 } } },
      { healthchecks: { active: { concurrency: 2, timeout: 3, http_path: '/' } } },
    ],
    [
      'the whole is checked',
      services,
      service,
      { protocol: 'tcp' },
      "2 schema violations (failed conditional validation given value of field 'protocol'; path: value must be null)",
    ],
    [
      'rules say that it is a change',
      consumers,
      insert(consumers, { username: 'c' }),
      { username: null },
      "schema violation (when updating, at least one of these fields must be non-empty: 'custom_id', 'username')",
    ],
    ['unknown fields', services, service, { colour: 'red' }, 'schema violation (colour: unknown field)'],
  ]
  for (const [name, entity, current, change, expected] of cases)
    test(name, () => {
      const result = update(entity, current, change)
      if (typeof expected === 'string') expect(result).toBe(expected)
      else expect(result).toMatchObject(expected)
    })
})
