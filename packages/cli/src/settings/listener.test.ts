import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAddress } from './address.ts'
import { echoListener, parseListeners } from './listener.ts'
import { properties } from './properties.ts'

const plain = { ssl: false, http2: false, proxyProtocol: false, reuseport: false, backlog: undefined }

test.each([
  ['127.0.0.1:8000', { ...plain, ip: '127.0.0.1', port: 8000 }],
  ['0.0.0.0:8443 ssl http2', { ...plain, ip: '0.0.0.0', port: 8443, ssl: true, http2: true }],
  ['[::]:8000 reuseport backlog=16384', { ...plain, ip: '::', port: 8000, reuseport: true, backlog: 16_384 }],
  ['localhost:8000 proxy_protocol', { ...plain, ip: 'localhost', port: 8000, proxyProtocol: true }],
  ['127.0.0.1:0', { ...plain, ip: '127.0.0.1', port: 0 }],
])('%s', (text, expected) => {
  const parsed = parseListeners([text])
  expect(parsed.ok && parsed.listeners[0]).toMatchObject(expected)
})

test.each([
  '8000',
  ':8000',
  '127.0.0.1',
  '127.0.0.1:99999',
  '300.0.0.1:80',
  '[12:80',
  '127.0.0.1:80 tls',
  '127.0.0.1:80 backlog=',
  '[127.0.0.1]:80',
  '',
])('%j is refused', (text) => {
  expect(parseListeners([text]).ok).toBe(false)
})

test('off is none, an empty list is a mistake', () => {
  expect(parseListeners(['off'])).toEqual({ ok: true, listeners: [] })
  expect(parseListeners([]).ok).toBe(false)
})

test('GET / shows listeners with the members that Kong shows', () => {
  const recorded = JSON.parse(
    readFileSync(new URL('../../../../test/conformance/cases/admin/root.json', import.meta.url), 'utf8'),
  ) as {
    cases: { steps: { expect: { body: Record<string, Record<string, object[]>> } }[]; name: string }[]
  }
  const members = recorded.cases.find(({ name }) => name.includes('listeners'))!.steps[0]!.expect.body[
    'configuration.admin_listeners'
  ] as unknown as object[]
  const parsed = parseListeners(['127.0.0.1:8001'])
  expect(parsed.ok && Object.keys(echoListener(parsed.listeners[0]!)).toSorted()).toEqual(
    Object.keys(members[0]!).toSorted(),
  )
})

test("Kong's default listeners are echoed as Kong does", () => {
  const parsed = parseListeners(properties.proxy_listen.default)
  expect(parsed.ok && parsed.listeners.map((listener) => echoListener(listener).listener)).toEqual([
    '0.0.0.0:8000 reuseport backlog=16384',
    '0.0.0.0:8443 ssl reuseport backlog=16384',
  ])
})

test.each([
  ['cp.example:8005', { host: 'cp.example', port: 8005 }],
  ['10.0.0.1:8005', { host: '10.0.0.1', port: 8005 }],
  ['[::1]:8005', { host: '::1', port: 8005 }],
  ['cp.example', undefined],
  ['cp.example:0', undefined],
  ['https://cp.example:8005', undefined],
])('the address %s', (text, expected) => {
  expect(parseAddress(text)).toEqual(expected)
})
