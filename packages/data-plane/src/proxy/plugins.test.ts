import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { errorReply, slot, type Exchange, type Reply } from '@holdfast/plugin-kit'
import type { Chain } from '../compile/runtime.ts'
import type { ProxyServer } from './server.ts'
import { ask, RawClient } from './testing/raw-client.ts'
import { okAnswer, startRawUpstream, type RawUpstream } from './testing/raw-upstream.ts'
import { testRuntime } from './testing/runtime.ts'
import { startTestProxy } from './testing/server.ts'

let upstream: RawUpstream
let proxy: ProxyServer
let chain: Partial<Chain> = {}
let globalChain: Partial<Chain> = {}
let answerWith: string | undefined = okAnswer
const logged: { status: number; source: string; exchange: Exchange }[] = []
const finished: Exchange[] = []

const log = (exchange: Exchange): undefined => {
  logged.push({ status: exchange.response.status, source: exchange.response.source, exchange })
  return undefined
}

beforeAll(async () => {
  upstream = await startRawUpstream(() => answerWith)
  proxy = await startTestProxy(
    new Proxy(testRuntime([]), {
      get: (_, name) =>
        Reflect.get(
          testRuntime([{ path: '/p', ports: [upstream.port], chain: { log: [log], ...chain } }], {
            log: [log],
            ...globalChain,
          }),
          name,
        ) as unknown,
    }),
    {},
    { finished: (exchange) => void finished.push(exchange) },
  )
})
afterAll(async () => {
  await proxy.drain(100)
  await upstream[Symbol.asyncDispose]()
})
beforeEach(() => {
  chain = {}
  globalChain = {}
  answerWith = okAnswer
  logged.length = 0
  finished.length = 0
  upstream.seen.length = 0
})

function get(more = ''): string {
  return `GET /p/x?a=%20b&flag HTTP/1.1\r\nHost: A.test:80\r\nX-In: 1\r\n${more}\r\n`
}
const port = (): number => proxy.ports[0]!

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 300) throw new Error('it did not happen')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe('replies', () => {
  const early: Reply = { status: 418, headers: { 'X-Tea': ['a', 'b'] }, body: 'tea' }
  const cases: [name: string, chain: Partial<Chain>][] = [
    ['access', { access: [() => early] }],
    ['access, after waiting', { access: [() => undefined, async () => undefined, async () => early] }],
  ]
  test.each(cases)('of %s end the request; the later phases still run', async (_, given) => {
    chain = {
      ...given,
      headerFilter: [(exchange) => void exchange.response.setHeader('X-Filtered', String(exchange.response.status))],
      bodyFilter: [(_exchange, chunk, last) => (last ? Buffer.from(`[${Buffer.from(chunk).toString()}]`) : chunk)],
    }
    const answer = await ask(port(), get())
    expect(answer).toMatchObject({
      status: 418,
      body: '[tea]',
      headers: {
        'x-tea': 'a, b',
        'x-filtered': '418',
        'content-length': '5',
        'x-kong-response-latency': expect.any(String),
      },
    })
    expect(answer.headers.via).toBeUndefined()
    expect(upstream.seen.length).toBe(0)
    expect(logged).toMatchObject([{ status: 418, source: 'exit' }])
    expect(finished.length).toBe(1)
  })

  test('of rewrite come before routing', async () => {
    globalChain = { rewrite: [() => early] }
    expect((await ask(port(), 'GET /none HTTP/1.1\r\nHost: a\r\n\r\n')).status).toBe(418)
  })

  test('with an error text follow Accept', async () => {
    chain = { access: [() => errorReply(429, 'API rate limit exceeded', { 'Retry-After': '1' })] }
    const answer = await ask(port(), get('Accept: text/html\r\n'))
    expect(answer).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1', 'content-type': 'text/html; charset=utf-8' },
    })
    expect(answer.body).toContain('<p>API rate limit exceeded.</p>')
  })

  test('to HEAD have a length and no body', async () => {
    chain = { access: [() => early] }
    const answer = await ask(port(), 'HEAD /p HTTP/1.1\r\nHost: a\r\n\r\n', true)
    expect(answer).toMatchObject({ status: 418, headers: { 'content-length': '3' } })
  })
})

describe('a plugin that fails', () => {
  const boom = (): never => {
    throw new Error('boom')
  }
  const failing: [name: string, chain: Partial<Chain>, status: number][] = [
    ['access', { access: [boom] }, 500],
    ['access, later', { access: [() => Promise.reject(new Error('boom'))] }, 500],
    ['headerFilter', { headerFilter: [boom] }, 200],
    ['bodyFilter', { bodyFilter: [boom] }, 200],
    ['log', { log: [boom, log] }, 200],
  ]
  test.each(failing)('in %s', async (_, given, status) => {
    chain = given
    const answer = await ask(port(), get())
    expect(answer.status).toBe(status)
    if (status === 500) expect(JSON.parse(answer.body)).toMatchObject({ message: 'An unexpected error occurred' })
    else expect(answer.body).toBe('ok')
    expect(logged.length).toBe(1)
  })
})

test('a reply with a header that would break the head becomes a 500', async () => {
  chain = { access: [() => ({ status: 200, headers: { 'X-A': 'a\r\nb' } })] }
  expect((await ask(port(), get())).status).toBe(500)
})

describe('a plugin sees and changes', () => {
  test('the request', async () => {
    const seen: unknown[] = []
    const kept = slot<number>('test')
    chain = {
      access: [
        (exchange) => {
          const { request, client } = exchange
          exchange.write(kept, 7)
          seen.push(
            request.method,
            request.target,
            request.rawPath,
            request.path,
            request.query,
            request.host,
            request.port,
            request.scheme,
            request.httpVersion,
            request.header('x-in'),
            request.queryArgument('a'),
            request.queryArgument('flag'),
            request.queryArgument('none'),
            request.bodyLength,
            client.ip,
            client.forwardedIp,
            exchange.read(kept),
          )
          return undefined
        },
      ],
    }
    await ask(port(), get())
    expect(seen).toEqual([
      'GET',
      '/p/x?a=%20b&flag',
      '/p/x',
      '/p/x',
      'a=%20b&flag',
      'a.test',
      port(),
      'http',
      '1.1',
      '1',
      ' b',
      true,
      undefined,
      0,
      '127.0.0.1',
      '127.0.0.1',
      7,
    ])
  })

  test('what goes to the service', async () => {
    chain = {
      access: [
        ({ upstream: to, request }) => {
          to.method = 'PUT'
          to.path = '/new path'
          to.query = 'q=a b\r\n'
          to.host = 'h.test'
          to.setHeader('X-In', '2')
          to.addHeader('X-Add', 'a')
          to.addHeader('X-Add', 'b')
          to.setHeader('X-Unicode', 'λ')
          to.removeHeader('user-agent')
          to.setHeader('Content-Length', '999')
          to.setBody(Buffer.from('new'))
          expect(request.header('x-in')).toBe('1')
          return undefined
        },
      ],
    }
    await ask(port(), get('User-Agent: x\r\n'))
    expect(upstream.seen[0]).toMatchObject({
      body: 'new',
      headers: {
        host: 'h.test',
        'x-in': '2',
        'x-add': 'a, b',
        'x-unicode': Buffer.from('λ').toString('latin1'),
        'content-length': '3',
      },
    })
    expect(upstream.seen[0]!.head.split('\r\n')[0]).toBe('PUT /new%20path?q=a%20b%0D%0A HTTP/1.1')
    expect(upstream.seen[0]!.headers['user-agent']).toBeUndefined()
  })

  test('the Host header, in either way', async () => {
    chain = { access: [({ upstream: to }) => void to.setHeader('Host', 'set.test')] }
    await ask(port(), get())
    chain = { access: [({ upstream: to }) => void (to.host = 'given.test')] }
    await ask(port(), get())
    chain = { access: [({ upstream: to }) => void (to.host = 'a\r\nX-Injected: 1')] }
    expect((await ask(port(), get())).status).toBe(500)
    expect(upstream.seen.map(({ headers }) => headers.host)).toEqual(['set.test', 'given.test'])
  })

  test('no header that would break the head', async () => {
    chain = { access: [({ upstream: to }) => void to.setHeader('X-A', 'a\r\nX-Injected: 1')] }
    expect((await ask(port(), get())).status).toBe(500)
    chain = { access: [({ upstream: to }) => void to.setHeader('X A', 'a')] }
    expect((await ask(port(), get())).status).toBe(500)
    expect(upstream.seen.length).toBe(0)
  })

  test('a client cannot name away what a plugin adds', async () => {
    chain = { access: [({ upstream: to }) => void to.setHeader('X-Consumer', 'c')] }
    await ask(port(), get('Connection: X-Consumer, X-In\r\nX-Consumer: forged\r\n'))
    expect(upstream.seen[0]!.headers).toMatchObject({ 'x-consumer': 'c' })
    expect(upstream.seen[0]!.headers['x-in']).toBeUndefined()
  })

  test('the body of the request, which is still sent', async () => {
    const bodies: string[] = []
    chain = {
      access: [
        async ({ request }) => {
          bodies.push(Buffer.from(await request.readBody(1000)).toString())
          return undefined
        },
      ],
    }
    await using client = await RawClient.open(port())
    client.send('POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc')
    await new Promise((resolve) => setTimeout(resolve, 30))
    client.send('def')
    expect((await client.answer()).status).toBe(200)
    expect(bodies).toEqual(['abcdef'])
    expect(upstream.seen[0]!.body).toBe('abcdef')
    client.send(`POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n${'x'.repeat(2000)}`)
    expect((await client.answer()).status).toBe(413)
  })

  test('the answer', async () => {
    answerWith = 'HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nX-B: 3\r\nContent-Length: 2\r\n\r\nok'
    chain = {
      headerFilter: [
        ({ response }) => {
          expect(response.headerValues('x-a')).toEqual(['1', '2'])
          expect(response.source).toBe('service')
          response.status = 201
          response.setHeader('X-A', 'new')
          response.removeHeader('x-b')
          response.removeHeader('Content-Length')
          response.setHeader('Transfer-Encoding', 'chunked')
          return undefined
        },
      ],
    }
    const answer = await ask(port(), get())
    expect(answer).toMatchObject({
      status: 201,
      head: expect.stringMatching(/^HTTP\/1\.1 201 Created\r\n/),
      headers: { 'x-a': 'new', 'content-length': '2' },
      body: 'ok',
    })
    expect(answer.headers['x-b']).toBeUndefined()
  })

  test('the body of the answer, piece by piece', async () => {
    const upper = (_: Exchange, chunk: Uint8Array, last: boolean) =>
      Buffer.from(Buffer.from(chunk).toString().toUpperCase() + (last ? '!' : ''))
    chain = { bodyFilter: [upper] }
    expect(await ask(port(), get())).toMatchObject({ body: 'OK!', headers: { 'transfer-encoding': 'chunked' } })
    answerWith = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n'
    expect(await ask(port(), get())).toMatchObject({ body: 'AB!' })
    chain = { bodyFilter: [(_, _chunk, last) => (last ? Buffer.from('end') : null), upper] }
    expect(await ask(port(), get())).toMatchObject({ body: 'END!' })
  })

  test('the whole answer, in the response phase', async () => {
    answerWith = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n'
    const bodies: string[] = []
    chain = {
      response: [
        async (_, body) => {
          bodies.push(Buffer.from(body).toString())
          return undefined
        },
      ],
    }
    expect(await ask(port(), get())).toMatchObject({ status: 200, body: 'ab', headers: { 'content-length': '2' } })
    chain = { response: [(exchange) => ({ status: 502, body: `not ${exchange.response.status}` })] }
    expect(await ask(port(), get())).toMatchObject({ status: 502, body: 'not 200' })
    expect(bodies).toEqual(['ab'])
  })

  test('an answer that is too long to be collected is refused', async () => {
    answerWith = `HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n${'x'.repeat(20_000_000)}`
    chain = { response: [() => undefined] }
    expect((await ask(port(), get())).status).toBe(502)
  })
})

describe('the log phase runs once', () => {
  test('after a good answer, with times, sizes and tries', async () => {
    await ask(port(), get())
    expect(logged.length).toBe(1)
    const { timing, response } = logged[0]!.exchange
    expect(timing.finishedAt).toBeGreaterThanOrEqual(timing.upstreamHeadAt!)
    expect(timing.accessEndedAt).toBeGreaterThanOrEqual(timing.startedAt)
    expect(timing.bytesReceived).toBe(get().length)
    expect(timing.bytesSent).toBeGreaterThan(200)
    expect(timing.tries).toMatchObject([{ ip: '127.0.0.1', port: upstream.port, outcome: 200 }])
    expect(response.header('x-kong-request-id')).toBe(logged[0]!.exchange.id)
  })

  const failing: [name: string, request: string, status: number][] = [
    ['no route', 'GET /none HTTP/1.1\r\nHost: a\r\n\r\n', 404],
    ['a path that cannot be', 'GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['TRACE', 'TRACE /p HTTP/1.1\r\nHost: a\r\n\r\n', 405],
    ['CONNECT', 'CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n', 405],
  ]
  test.each(failing)('for the global plugins: %s', async (_, request, status) => {
    expect((await ask(port(), request)).status).toBe(status)
    expect(logged).toMatchObject([{ status, source: 'error' }])
  })

  test('when the client leaves while the service or a plugin works', async () => {
    answerWith = undefined
    for (const access of [[], [() => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 100))]]) {
      chain = { access }
      logged.length = 0
      const client = await RawClient.open(port())
      client.send(get())
      await new Promise((resolve) => setTimeout(resolve, 50))
      client.socket.destroy()
      await until(() => logged.length > 0)
      await new Promise((resolve) => setTimeout(resolve, 120))
      expect(logged).toMatchObject([{ status: 499 }])
    }
  })
})

test('routes for https or gRPC answer what Kong answers', async () => {
  const of = async (row: object, request: string) => {
    const other = await startTestProxy(testRuntime([{ ports: [1], row: row as never }]))
    const answer = await ask(other.ports[0]!, request)
    await other.drain(10)
    return answer
  }
  const plain = 'GET /sec/a?x=1&y=%20 HTTP/1.1\r\nHost: Red.test:8080\r\n\r\n'
  expect(await of({ protocols: ['https'] }, plain)).toMatchObject({
    status: 426,
    headers: { upgrade: 'TLS/1.2, HTTP/1.1', 'content-type': 'application/json; charset=utf-8' },
  })
  expect(await of({ protocols: ['https'], https_redirect_status_code: 301 }, plain)).toMatchObject({
    status: 301,
    headers: { location: 'https://red.test/sec/a?x=1&y=%20', 'content-type': 'text/html' },
  })
  expect(await of({ protocols: ['https'], https_redirect_status_code: 308 }, plain)).toMatchObject({
    status: 308,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
  })
  expect(await of({ protocols: ['grpc'] }, plain)).toMatchObject({ status: 415 })
  expect(
    await of(
      { protocols: ['grpc'] },
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\nContent-Length: 0\r\n\r\n',
    ),
  ).toMatchObject({ status: 426, headers: { upgrade: 'HTTP/2' } })
})
