import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProxyServer } from './server.ts'
import { ask, RawClient } from './testing/raw-client.ts'
import { startRawUpstream, type RawUpstream } from './testing/raw-upstream.ts'
import { testRuntime } from './testing/runtime.ts'
import { startTestProxy } from './testing/server.ts'

let upstream: RawUpstream
let proxy: ProxyServer

beforeAll(async () => {
  upstream = await startRawUpstream()
  proxy = await startTestProxy(testRuntime([{ ports: [upstream.port] }]))
})
afterAll(async () => {
  await proxy.drain(100)
  await upstream[Symbol.asyncDispose]()
})

const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'

describe('refused with an answer and the end of the connection', () => {
  const cases: [name: string, status: number, bytes: string][] = [
    [
      'length and coding',
      400,
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      'coding and length',
      400,
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      'two different lengths',
      400,
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 36\r\n\r\n${smuggled}`,
    ],
    ['two equal lengths', 400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx'],
    ['a list of lengths', 400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx'],
    ['a signed length', 400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx'],
    ['a hexadecimal length', 400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx'],
    ['an empty length', 400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n'],
    ['a length with a space inside', 400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 0\r\n\r\n'],
    ['a length with a vertical tab', 400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \x0b1\r\n\r\nx'],
    ['a huge length', 400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n'],
    [
      'two codings',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['chunked twice', 501, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n'],
    ['identity', 501, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n'],
    ['gzip', 501, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    ['xchunked', 501, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n'],
    ['chunked in quotes', 501, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "chunked"\r\n\r\n'],
    ['coding in HTTP/1.0', 400, 'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['space before the colon', 400, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
    ['a folded coding', 400, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n'],
    [
      'a vertical tab before chunked',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n',
    ],
    ['a coding behind a bare LF', 400, 'POST / HTTP/1.1\r\nHost: a\r\nX: y\nTransfer-Encoding: chunked\r\n\r\n'],
    ['a coding behind a bare CR', 400, 'POST / HTTP/1.1\r\nHost: a\r\nX: y\rTransfer-Encoding: chunked\r\n\r\n'],
    ['no Host', 400, 'GET / HTTP/1.1\r\n\r\n'],
    ['two Hosts', 400, 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['two equal Hosts', 400, 'GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n'],
    ['an empty Host', 400, 'GET / HTTP/1.1\r\nHost:\r\n\r\n'],
    ['a Host with a space', 400, 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'],
    ['a Host with a path', 400, 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
    ['a Host with user information', 400, 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n'],
    ['a target without a slash', 400, 'GET x HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an asterisk', 400, 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['absolute form of another scheme', 400, 'GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['absolute form with user information', 400, 'GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['absolute form without host', 400, 'GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['another version', 505, 'GET / HTTP/2.0\r\nHost: a\r\n\r\n'],
    ['a TLS hello', 400, '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03'],
    ['an HTTP/2 preface', 505, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a URI that is too long', 414, `GET /${'u'.repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a header that is too long', 400, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'h'.repeat(9000)}\r\n\r\n`],
    ['a broken chunk size', 400, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n'],
    [
      'a chunk with a bare LF',
      400,
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\n0\n\n${smuggled}`,
    ],
    [
      'a chunk longer than its size',
      400,
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n${smuggled}`,
    ],
    [
      'a negative chunk size',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n',
    ],
  ]
  test.each(cases)('%s', async (_, status, bytes) => {
    const before = upstream.seen.length
    await using client = await RawClient.open(proxy.ports[0]!)
    client.send(bytes)
    const answer = await client.answer()
    expect(answer.status).toBe(status)
    expect(answer.headers.connection).toBe('close')
    expect(answer.headers['x-kong-request-id']).toMatch(/^[0-9a-f]{32}$/)
    expect(await client.end()).toBe('')
    expect(upstream.seen.slice(before)).toEqual([])
  })
})

describe('what goes on is framed anew', () => {
  const cases: [name: string, bytes: string, sent: { body: string; length?: string; coding?: string }][] = [
    [
      'a body with a length',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc',
      { body: 'abc', length: '3' },
    ],
    [
      'chunks become a length',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n2\r\nbc\r\n0\r\nX-T: 1\r\n\r\n',
      { body: 'abc', length: '3' },
    ],
    [
      'no chunks become length 0',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      { body: '', length: '0' },
    ],
    ['no body stays none', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', { body: '' }],
    ['length 0 stays', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n', { body: '', length: '0' }],
    [
      'a length that Connection names stays',
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: content-length\r\nContent-Length: 3\r\n\r\nabc',
      { body: 'abc', length: '3' },
    ],
    [
      'leading zeros of a length do not',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 003\r\n\r\nabc',
      { body: 'abc', length: '3' },
    ],
  ]
  test.each(cases)('%s', async (_, bytes, sent) => {
    const answer = await ask(proxy.ports[0]!, bytes)
    expect(answer.status).toBe(200)
    const seen = upstream.seen.at(-1)!
    expect(seen.body).toBe(sent.body)
    expect(seen.headers['content-length']).toBe(sent.length)
    expect(seen.headers['transfer-encoding']).toBe(sent.coding)
  })
})

test('a request split at every byte arrives as one', async () => {
  const bytes =
    'POST /split?q=1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n3\r\nabc\r\n2;e\r\nde\r\n0\r\n\r\n'
  await using client = await RawClient.open(proxy.ports[0]!)
  for (let at = 1; at < bytes.length; at++) {
    client.send(bytes.slice(0, at))
    await new Promise((resolve) => setImmediate(resolve))
    client.send(bytes.slice(at))
    const answer = await client.answer()
    expect(answer.status).toBe(200)
    expect(upstream.seen.at(-1)).toMatchObject({ body: 'abcde', headers: { 'x-a': 'b' } })
  }
})
