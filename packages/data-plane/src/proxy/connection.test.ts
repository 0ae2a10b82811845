import { afterEach, describe, expect, test } from 'vitest'
import type { Runtime } from '../compile/runtime.ts'
import type { ProxyServer } from './server.ts'
import type { ProxySettings } from './settings.ts'
import { ask, RawClient } from './testing/raw-client.ts'
import { okAnswer, startRawUpstream, type RawUpstream, type SeenRequest } from './testing/raw-upstream.ts'
import { testRuntime } from './testing/runtime.ts'
import { startTestProxy } from './testing/server.ts'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

async function service(answer?: (request: SeenRequest) => string | Buffer | undefined): Promise<RawUpstream> {
  const upstream = await startRawUpstream(answer)
  open.push(async () => upstream[Symbol.asyncDispose]())
  return upstream
}

async function proxyOf(runtime: Runtime, settings: Partial<ProxySettings> = {}): Promise<ProxyServer> {
  const proxy = await startTestProxy(runtime, settings)
  open.push(() => proxy.drain(50))
  return proxy
}

async function connected(proxy: ProxyServer): Promise<RawClient> {
  const client = await RawClient.open(proxy.ports[0]!)
  open.push(async () => client[Symbol.asyncDispose]())
  return client
}

function get(path: string, more = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 500) throw new Error('it did not happen')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe('a connection', () => {
  test('serves requests sent ahead, one at a time and in order', async () => {
    const waiting: (() => void)[] = []
    const upstream = await service((request) => {
      waiting.push(() =>
        request.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${request.head.slice(4, 6)}`),
      )
      return undefined
    })
    const proxy = await proxyOf(testRuntime([{ ports: [upstream.port] }]))
    const client = await connected(proxy)
    client.send(get('/1') + get('/2') + get('/3') + get('/../x'))
    for (const path of ['/1', '/2', '/3']) {
      await until(() => waiting.length === 1)
      expect(upstream.seen.at(-1)!.head.startsWith(`GET ${path} `)).toBe(true)
      waiting.pop()!()
      expect((await client.answer()).body).toBe(path)
    }
    expect((await client.answer()).status).toBe(400)
    expect(upstream.seen.length).toBe(3)
    expect(upstream.sockets.length).toBe(1)
  })

  test('stops reading when too much is sent ahead, and loses nothing', async () => {
    let first: SeenRequest | undefined
    const upstream = await service((request) => {
      if (first) return okAnswer
      first = request
      return undefined
    })
    const proxy = await proxyOf(testRuntime([{ ports: [upstream.port] }]))
    const client = await connected(proxy)
    const count = 5_000
    client.send(get('/x', `X-Pad: ${'p'.repeat(3000)}\r\n`).repeat(count))
    await until(() => first !== undefined)
    await new Promise((resolve) => setTimeout(resolve, 100))
    // What neither socket's buffers nor ours hold waits in the client.
    expect(client.socket.writableLength).toBeGreaterThan(0)
    first!.socket.write(okAnswer)
    for (let i = 0; i < count; i++) expect((await client.answer()).status).toBe(200)
    expect(upstream.seen.length).toBe(count)
  }, 60_000)

  test('answers Expect: 100-continue when the body is wanted, and only then', async () => {
    const upstream = await service()
    const proxy = await proxyOf(testRuntime([{ path: '/p', ports: [upstream.port] }]))
    const client = await connected(proxy)
    client.send('POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n')
    expect((await client.answer()).status).toBe(100)
    client.send('after')
    expect((await client.answer()).status).toBe(200)
    expect(upstream.seen[0]).toMatchObject({ body: 'after' })
    expect(upstream.seen[0]!.headers.expect).toBeUndefined()
    client.send('POST /none HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n')
    const refused = await client.answer()
    // Whether the body will come is not known, so the connection cannot go on.
    expect(refused).toMatchObject({ status: 404, headers: { connection: 'close' } })
  })

  test('a small body that nobody wanted is dropped and the connection goes on', async () => {
    const proxy = await proxyOf(testRuntime([]))
    const client = await connected(proxy)
    client.send('POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234')
    expect(await client.answer()).toMatchObject({ status: 404, headers: { connection: 'keep-alive' } })
    client.send(`56789${get('/none')}`)
    expect((await client.answer()).status).toBe(404)
  })

  test('a large body that nobody wanted ends the connection after the answer', async () => {
    const proxy = await proxyOf(testRuntime([]))
    const client = await connected(proxy)
    client.send(`POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n${'x'.repeat(100_000)}`)
    expect(await client.answer()).toMatchObject({ status: 404, headers: { connection: 'close' } })
    expect(await client.end()).toBe('')
  })

  test('a client that closes its side while it waits is gone: the service is told', async () => {
    const upstream = await service(() => undefined)
    const proxy = await proxyOf(testRuntime([{ ports: [upstream.port] }]))
    for (const leave of [
      (c: RawClient) => c.socket.end(),
      (c: RawClient) => c.socket.destroy(),
      (c: RawClient) => c.socket.resetAndDestroy(),
    ]) {
      const client = await connected(proxy)
      const before = upstream.seen.length
      client.send(get('/x'))
      await until(() => upstream.seen.length > before)
      const { socket } = upstream.seen.at(-1)!
      leave(client)
      await until(() => socket.destroyed || socket.readableEnded)
    }
    await until(() => proxy.stats.active === 0)
    expect(proxy.stats).toMatchObject({ reading: 0, writing: 0, waiting: 0, requests: 3, accepted: 3 })
  })
})

describe('limits in time', () => {
  const cases: [name: string, settings: Partial<ProxySettings>, bytes: string, reading: number][] = [
    ['a head that does not end', { limits: { headMs: 100 } }, 'GET / HTTP/1.1\r\nHost:', 1],
    ['no byte at all', { limits: { headMs: 100 } }, '', 0],
    [
      'a body that does not end',
      { limits: { bodyMs: 100 } },
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc',
      1,
    ],
    [
      'a body in chunks that does not end',
      { limits: { bodyMs: 100 } },
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc',
      1,
    ],
  ]
  test.each(cases)('%s', async (_, settings, bytes, reading) => {
    const upstream = await service()
    const proxy = await proxyOf(testRuntime([{ ports: [upstream.port] }]), settings)
    const client = await connected(proxy)
    if (bytes) {
      client.send(bytes)
      await until(() => proxy.stats.reading === reading)
    }
    expect(await client.end()).toBe('')
    expect(upstream.seen.length).toBe(0)
  })

  test('an idle connection is closed', async () => {
    const upstream = await service()
    const proxy = await proxyOf(testRuntime([{ ports: [upstream.port] }]), { limits: { idleMs: 100 } })
    const client = await connected(proxy)
    client.send(get('/'))
    expect((await client.answer()).status).toBe(200)
    expect(proxy.stats.waiting).toBe(1)
    expect(await client.end()).toBe('')
  })

  test('a dribbled head is refused when its time is over, however often a byte comes', async () => {
    const proxy = await proxyOf(testRuntime([]), { limits: { headMs: 150 } })
    const client = await connected(proxy)
    client.send('GET / HTTP/1.1\r\nX: ')
    const dribble = setInterval(() => client.send('a'), 20)
    expect(await client.end()).toBe('')
    clearInterval(dribble)
  })

  test('a client that does not read its answer is cut off', async () => {
    const upstream = await service((request) => {
      request.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n')
      request.socket.write(Buffer.alloc(50_000_000))
      return undefined
    })
    const proxy = await proxyOf(testRuntime([{ ports: [upstream.port] }]), { limits: { sendMs: 200 } })
    const client = await connected(proxy)
    client.send(get('/'))
    client.socket.pause()
    await until(() => proxy.stats.active === 0)
    await until(() => upstream.sockets[0]!.destroyed)
    expect(client.received.length).toBeLessThan(50_000_000)
  })
})

describe('limits in size', () => {
  test('a body announced as too long', async () => {
    const proxy = await proxyOf(testRuntime([{ ports: [1] }]), { clientMaxBodySize: 10 })
    const answer = await ask(proxy.ports[0]!, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n01234567890')
    expect(answer).toMatchObject({ status: 413, body: expect.stringMatching(/^Payload too large\nrequest_id: /) })
  })
  test('a body that turns out too long', async () => {
    const upstream = await service()
    const proxy = await proxyOf(testRuntime([{ ports: [upstream.port] }]), { clientMaxBodySize: 10 })
    const answer = await ask(
      proxy.ports[0]!,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n6\r\n012345\r\n0\r\n\r\n',
    )
    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } })
    expect(upstream.seen.length).toBe(0)
  })
})

test('memory stays bounded while a slow client reads 50 MB', async () => {
  const size = 50_000_000
  const upstream = await service((request) => {
    request.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
    request.socket.write(Buffer.alloc(size, 'x'))
    return undefined
  })
  const proxy = await proxyOf(testRuntime([{ ports: [upstream.port] }]))
  const client = await connected(proxy)
  client.socket.pause()
  client.send(get('/'))
  await until(() => upstream.seen.length === 1)
  await new Promise((resolve) => setTimeout(resolve, 300))
  // The kernel holds a few MB of the two connections; the rest must still be the service's.
  expect(upstream.sockets[0]!.writableLength).toBeGreaterThan(size / 2)
  client.socket.removeAllListeners('data')
  let received = 0
  client.socket.on('data', (chunk: Buffer) => (received += chunk.length))
  client.socket.resume()
  await until(() => received > size)
})

test('memory stays bounded while a slow service reads 50 MB', async () => {
  const size = 50_000_000
  const upstream = await startRawUpstream(undefined, (socket) => socket.pause())
  open.push(async () => upstream[Symbol.asyncDispose]())
  const proxy = await proxyOf(testRuntime([{ ports: [upstream.port] }]))
  const client = await connected(proxy)
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`)
  client.send(Buffer.alloc(size, 'x'))
  await until(() => upstream.sockets.length === 1)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(client.socket.writableLength).toBeGreaterThan(size / 2)
  const socket = upstream.sockets[0]!
  socket.removeAllListeners('data')
  let received = 0
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length
    if (received > size) socket.write(okAnswer)
  })
  socket.resume()
  expect((await client.answer()).status).toBe(200)
}, 60_000)

describe('drain', () => {
  test('lets the request in flight end, closes idle connections and accepts no more', async () => {
    let release: (() => void) | undefined
    const upstream = await service((request) => {
      release = () => request.socket.write(okAnswer)
      return undefined
    })
    const proxy = await startTestProxy(testRuntime([{ ports: [upstream.port] }]))
    const busy = await connected(proxy)
    const idle = await connected(proxy)
    busy.send(get('/'))
    await until(() => release !== undefined)
    const drained = proxy.drain(5000)
    expect(await idle.end()).toBe('')
    await expect(RawClient.open(proxy.ports[0]!)).rejects.toThrow()
    release!()
    expect(await busy.answer()).toMatchObject({ status: 200, headers: { connection: 'close' } })
    await drained
  })
  test('cuts what does not end in time', async () => {
    const upstream = await service(() => undefined)
    const proxy = await startTestProxy(testRuntime([{ ports: [upstream.port] }]))
    const busy = await connected(proxy)
    busy.send(get('/'))
    await until(() => upstream.seen.length === 1)
    await proxy.drain(50)
    expect(await busy.end()).toBe('')
  })
})
