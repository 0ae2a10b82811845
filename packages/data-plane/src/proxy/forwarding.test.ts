import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProxyServer } from './server.ts'
import { ask } from './testing/raw-client.ts'
import { startRawUpstream, type RawUpstream } from './testing/raw-upstream.ts'
import { testRuntime } from './testing/runtime.ts'
import { startTestProxy } from './testing/server.ts'

let upstream: RawUpstream
let answerWith = ''
const proxies: Record<string, ProxyServer> = {}

beforeAll(async () => {
  upstream = await startRawUpstream(() => answerWith)
  const runtime = testRuntime([
    { path: '/p', ports: [upstream.port] },
    { path: '/keep', ports: [upstream.port], row: { preserve_host: true, strip_path: false } },
    { path: '/', ports: [upstream.port] },
  ])
  proxies.plain = await startTestProxy(runtime)
  proxies.trusting = await startTestProxy(runtime, { trustedIps: ['127.0.0.0/8'], realIpHeader: 'x-forwarded-for' })
  proxies.silent = await startTestProxy(runtime, { responseHeaders: new Set(), upstreamRequestId: false })
})
afterAll(async () => {
  for (const proxy of Object.values(proxies)) await proxy.drain(100)
  await upstream[Symbol.asyncDispose]()
})

const via = '1.1 holdfast/0.1.0'

describe('what the service receives', () => {
  const cases: [
    name: string,
    proxy: string,
    request: string,
    line: string,
    headers: Record<string, string | undefined>,
  ][] = [
    [
      'everything',
      'plain',
      'GET /p/a?x=1 HTTP/1.1\r\nHost: C.test:8888\r\n\r\n',
      'GET /a?x=1 HTTP/1.1',
      {
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'c.test',
        'x-forwarded-path': '/p/a',
        'x-forwarded-prefix': '/p',
        'x-real-ip': '127.0.0.1',
        via,
        connection: 'keep-alive',
      },
    ],
    [
      'no prefix where nothing is stripped',
      'plain',
      'GET /keep/a HTTP/1.1\r\nHost: a.test:81\r\n\r\n',
      'GET /keep/a HTTP/1.1',
      { 'x-forwarded-prefix': undefined, host: 'a.test:81' },
    ],
    [
      'no prefix for /',
      'plain',
      'GET /q HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /q HTTP/1.1',
      { 'x-forwarded-prefix': undefined },
    ],
    ['an empty query stays', 'plain', 'GET /p/a? HTTP/1.1\r\nHost: a\r\n\r\n', 'GET /a? HTTP/1.1', {}],
    [
      'the normalised path, and the raw one in a header',
      'plain',
      'GET /p//b/../%41%7e HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /A~ HTTP/1.1',
      { 'x-forwarded-path': '/p//b/../%41%7e' },
    ],
    [
      'headers of an untrusted client are replaced',
      'plain',
      'GET /p HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: e\r\nX-Forwarded-Port: 4\r\nX-Forwarded-Path: /e\r\nX-Forwarded-Prefix: /e\r\nX-Real-IP: 203.0.113.8\r\n\r\n',
      'GET / HTTP/1.1',
      {
        'x-forwarded-for': '203.0.113.9, 127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'a',
        'x-forwarded-path': '/p',
        'x-forwarded-prefix': '/p',
        'x-real-ip': '127.0.0.1',
      },
    ],
    [
      'the first address list counts',
      'plain',
      'GET /p HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n\r\n',
      'GET / HTTP/1.1',
      { 'x-forwarded-for': '1.1.1.1, 127.0.0.1' },
    ],
    [
      'headers of a trusted client are kept',
      'trusting',
      'GET /p HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: e\r\nX-Forwarded-Port: 4\r\nX-Forwarded-Path: /e\r\nX-Forwarded-Prefix: /ep\r\n\r\n',
      'GET / HTTP/1.1',
      {
        'x-forwarded-for': '203.0.113.9, 127.0.0.1',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'e',
        'x-forwarded-port': '4',
        'x-forwarded-path': '/e',
        'x-forwarded-prefix': '/ep',
        'x-real-ip': '203.0.113.9',
      },
    ],
    [
      'Via grows',
      'plain',
      'GET /p HTTP/1.1\r\nHost: a\r\nVia: 1.0 fred\r\nVia: 1.1 b\r\n\r\n',
      'GET / HTTP/1.1',
      { via: `1.0 fred, ${via}` },
    ],
    ['Via tells the version', 'plain', 'GET /p HTTP/1.0\r\n\r\n', 'GET / HTTP/1.1', { via: '1.0 holdfast/0.1.0' }],
    [
      'what Connection names is dropped',
      'plain',
      'GET /p HTTP/1.1\r\nHost: a\r\nConnection: close, X-Drop, x-other\r\nX-Drop: 1\r\nX-Other: 2\r\nX-Keep: 3\r\n\r\n',
      'GET / HTTP/1.1',
      { connection: 'keep-alive', 'x-drop': undefined, 'x-other': undefined, 'x-keep': '3' },
    ],
    [
      'only the first Connection header counts',
      'plain',
      'GET /p HTTP/1.1\r\nHost: a\r\nConnection: X-One\r\nConnection: X-Two\r\nX-One: 1\r\nX-Two: 2\r\n\r\n',
      'GET / HTTP/1.1',
      { 'x-one': undefined, 'x-two': '2' },
    ],
    [
      'Connection cannot take Host or X-Forwarded-For away',
      'plain',
      'GET /p HTTP/1.1\r\nHost: a\r\nConnection: Host, X-Forwarded-For, X-Real-IP\r\n\r\n',
      'GET / HTTP/1.1',
      { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' },
    ],
    [
      'TE is reduced',
      'plain',
      'GET /p HTTP/1.1\r\nHost: a\r\nTE: gzip;q=0.5, Trailers\r\n\r\n',
      'GET / HTTP/1.1',
      { te: 'trailers' },
    ],
    [
      'TE without trailers goes',
      'plain',
      'GET /p HTTP/1.1\r\nHost: a\r\nTE: gzip\r\n\r\n',
      'GET / HTTP/1.1',
      { te: undefined },
    ],
    [
      'hop-by-hop headers go',
      'plain',
      'GET /p HTTP/1.1\r\nHost: a\r\nKeep-Alive: 1\r\nProxy-Connection: x\r\nProxy: x\r\nUpgrade: h2c\r\nExpect: other\r\nTrailer: X\r\nProxy-Authorization: y\r\n\r\n',
      'GET / HTTP/1.1',
      {
        'keep-alive': undefined,
        'proxy-connection': undefined,
        proxy: undefined,
        upgrade: undefined,
        expect: undefined,
        trailer: undefined,
        'proxy-authorization': 'y',
      },
    ],
    [
      'of an absolute form only path and query count, as in Kong',
      'plain',
      'GET http://x.test/keep/a?b HTTP/1.1\r\nHost: other\r\n\r\n',
      'GET /keep/a?b HTTP/1.1',
      { host: 'other', 'x-forwarded-host': 'other', 'x-forwarded-path': '/keep/a' },
    ],
    [
      'absolute form without path',
      'plain',
      'GET HTTP://x.test?q HTTP/1.1\r\nHost: other\r\n\r\n',
      'GET /?q HTTP/1.1',
      { 'x-forwarded-host': 'other' },
    ],
    [
      'a port that is none',
      'plain',
      'GET /p HTTP/1.1\r\nHost: x:y\r\n\r\n',
      'GET / HTTP/1.1',
      { 'x-forwarded-host': 'x' },
    ],
    [
      'repeated headers stay',
      'plain',
      'GET /p HTTP/1.1\r\nHost: a\r\nX-R: a\r\nX-R: b\r\nCookie: a=1\r\n\r\n',
      'GET / HTTP/1.1',
      { 'x-r': 'a, b', cookie: 'a=1' },
    ],
    [
      'an own request id is kept where ours is off',
      'silent',
      'GET /p HTTP/1.1\r\nHost: a\r\nX-Kong-Request-Id: mine\r\n\r\n',
      'GET / HTTP/1.1',
      { 'x-kong-request-id': 'mine' },
    ],
  ]
  test.each(cases)('%s', async (_, name, request, line, headers) => {
    answerWith = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
    await ask(proxies[name]!.ports[0]!, request)
    const seen = upstream.seen.at(-1)!
    expect(seen.head.split('\r\n')[0]).toBe(line)
    for (const [key, value] of Object.entries(headers)) expect({ [key]: seen.headers[key] }).toEqual({ [key]: value })
  })

  test('exactly these lines, and the request id of the answer', async () => {
    const answer = await ask(proxies.plain!.ports[0]!, 'GET /p HTTP/1.1\r\nHost: a\r\nX-Kong-Request-Id: mine\r\n\r\n')
    const seen = upstream.seen.at(-1)!
    expect(Object.keys(seen.headers).toSorted()).toEqual([
      'connection',
      'host',
      'via',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-path',
      'x-forwarded-port',
      'x-forwarded-prefix',
      'x-forwarded-proto',
      'x-kong-request-id',
      'x-real-ip',
    ])
    expect(seen.headers['x-forwarded-port']).toBe(String(proxies.plain!.ports[0]))
    expect(seen.headers['x-kong-request-id']).toMatch(/^[0-9a-f]{32}$/)
    expect(answer.headers['x-kong-request-id']).toBe(seen.headers['x-kong-request-id'])
    expect(seen.headers.host).toBe(`127.0.0.1:${upstream.port}`)
  })
})

describe('what the client receives', () => {
  const get = 'GET /p HTTP/1.1\r\nHost: a\r\n\r\n'
  const cases: [
    name: string,
    request: string,
    answer: string,
    expected: { status: number; body: string; headers: Record<string, string | undefined> },
  ][] = [
    [
      'headers of the gateway',
      get,
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok',
      {
        status: 200,
        body: 'ok',
        headers: {
          via,
          server: 'holdfast/0.1.0',
          'x-kong-response-latency': undefined,
          'content-length': '2',
          'x-a': 'b',
          connection: 'keep-alive',
        },
      },
    ],
    [
      'the service names itself',
      get,
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer: acme\r\nVia: 1.0 in\r\n\r\nok',
      { status: 200, body: 'ok', headers: { server: 'acme', via: `1.0 in, ${via}` } },
    ],
    [
      'headers of another gateway are replaced',
      get,
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Kong-Upstream-Latency: 99999\r\nX-Kong-Request-Id: x\r\n\r\nok',
      {
        status: 200,
        body: 'ok',
        headers: {
          'x-kong-upstream-latency': expect.stringMatching(/^\d{1,3}$/) as never,
          'x-kong-request-id': expect.stringMatching(/^[0-9a-f]{32}$/) as never,
        },
      },
    ],
    [
      'hop-by-hop headers and those that Connection names go',
      get,
      'HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nUpgrade: h2c\r\nX-Accel-Redirect: /x\r\nX-Stay: 2\r\nContent-Length: 2\r\n\r\nok',
      {
        status: 200,
        body: 'ok',
        headers: {
          'x-hop': undefined,
          'keep-alive': undefined,
          upgrade: undefined,
          'x-accel-redirect': undefined,
          'x-stay': '2',
        },
      },
    ],
    [
      'chunks',
      get,
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x\r\na\r\n2\r\nbc\r\n0\r\nX-T: 1\r\n\r\n',
      { status: 200, body: 'abc', headers: { 'transfer-encoding': 'chunked', 'content-length': undefined } },
    ],
    [
      'nothing in chunks',
      get,
      'HTTP/1.1 205 Reset\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      { status: 205, body: '', headers: { 'transfer-encoding': 'chunked', 'content-length': undefined } },
    ],
    [
      '204',
      get,
      'HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n',
      { status: 204, body: '', headers: { 'content-length': undefined, 'transfer-encoding': undefined, 'x-a': 'b' } },
    ],
    [
      '304 with the length it would have',
      get,
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\nETag: "x"\r\n\r\n',
      { status: 304, body: '', headers: { 'content-length': '7', etag: '"x"' } },
    ],
    [
      'interim answers are skipped',
      get,
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      { status: 200, body: 'ok', headers: { link: undefined } },
    ],
    [
      'two Set-Cookie stay two',
      get,
      'HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nset-cookie: b\r\nContent-Length: 0\r\n\r\n',
      { status: 200, body: '', headers: { 'set-cookie': 'a, b' } },
    ],
    [
      'own words of a status',
      get,
      'HTTP/1.1 299 Just so\r\nContent-Length: 0\r\n\r\n',
      { status: 299, body: '', headers: {} },
    ],
    [
      'HTTP/1.0 gets no chunks but the end of the connection',
      'GET /p HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
      { status: 200, body: 'abc', headers: { 'transfer-encoding': undefined, connection: 'close' } },
    ],
    [
      'HTTP/1.0 may keep its connection',
      'GET /p HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
      { status: 200, body: 'x', headers: { connection: 'keep-alive' } },
    ],
    [
      'Connection: close',
      'GET /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
      { status: 200, body: 'x', headers: { connection: 'close' } },
    ],
  ]
  test.each(cases)('%s', async (_, request, answer, expected) => {
    answerWith = answer
    const got = await ask(proxies.plain!.ports[0]!, request)
    expect({ status: got.status, body: got.body }).toEqual({ status: expected.status, body: expected.body })
    for (const [key, value] of Object.entries(expected.headers))
      expect({ [key]: got.headers[key] }).toEqual({ [key]: value })
  })

  test('HEAD has the length but no body', async () => {
    answerWith = 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n'
    const got = await ask(proxies.plain!.ports[0]!, 'HEAD /p HTTP/1.1\r\nHost: a\r\n\r\n', true)
    expect(got.headers['content-length']).toBe('7')
    expect(upstream.seen.at(-1)!.head.startsWith('HEAD / ')).toBe(true)
  })

  test('trailers reach a client that takes them', async () => {
    answerWith = 'HTTP/1.1 200 OK\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n'
    const got = await ask(proxies.plain!.ports[0]!, 'GET /p HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n')
    expect(got).toMatchObject({ body: 'abc', trailers: 'X-T: 1', headers: { trailer: 'X-T' } })
    const other = await ask(proxies.plain!.ports[0]!, get)
    expect(other).toMatchObject({ body: 'abc', trailers: '' })
    expect(other.headers.trailer).toBeUndefined()
  })

  test('none of the gateway where they are turned off', async () => {
    answerWith = 'HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 0\r\n\r\n'
    const got = await ask(proxies.silent!.ports[0]!, get)
    expect(Object.keys(got.headers).toSorted()).toEqual(['connection', 'content-length', 'date'])
    const missing = await ask(proxies.silent!.ports[0]!, 'GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(Object.keys(missing.headers).toSorted()).toEqual(['connection', 'content-length', 'content-type', 'date'])
  })
})
