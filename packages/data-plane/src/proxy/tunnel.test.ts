import { afterEach, expect, test } from 'vitest'
import type { ProxyServer } from './server.ts'
import { RawClient } from './testing/raw-client.ts'
import { startRawUpstream, type RawUpstream } from './testing/raw-upstream.ts'
import { testRuntime } from './testing/runtime.ts'
import { startTestProxy } from './testing/server.ts'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

const handshake =
  'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: x\r\n\r\n'
const switching =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\n'

async function tunnel(
  readMs = 5000,
): Promise<{ upstream: RawUpstream; proxy: ProxyServer; client: RawClient; logged: number[] }> {
  const logged: number[] = []
  const upstream = await startRawUpstream((request) =>
    request.headers.upgrade === 'websocket' ? `${switching}first` : undefined,
  )
  open.push(async () => upstream[Symbol.asyncDispose]())
  const chain = { log: [(exchange: { response: { status: number } }) => void logged.push(exchange.response.status)] }
  const proxy = await startTestProxy(
    testRuntime([
      { ports: [upstream.port], chain: chain as never, timeouts: { connectMs: 1000, readMs, writeMs: 1000 } },
    ]),
    { limits: { idleMs: 400 } },
  )
  open.push(() => proxy.drain(50))
  const client = await RawClient.open(proxy.ports[0]!)
  open.push(async () => client[Symbol.asyncDispose]())
  return { upstream, proxy, client, logged }
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 300) throw new Error('it did not happen')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

test('after a 101 bytes go both ways, those sent early too', async () => {
  const { upstream, client, logged } = await tunnel()
  client.send(`${handshake}early`)
  const answer = await client.answer()
  expect(answer).toMatchObject({
    status: 101,
    headers: { upgrade: 'websocket', connection: 'upgrade', 'sec-websocket-accept': 'y' },
  })
  expect(upstream.seen[0]!.headers).toMatchObject({
    connection: 'keep-alive, Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'x',
  })
  await until(() => client.received.endsWith('first') && upstream.raw[0]!.endsWith('early'))
  const big = 'x'.repeat(3_000_000)
  client.send(big)
  upstream.sockets[0]!.write(big)
  await until(() => client.received.length > big.length && upstream.raw[0]!.length > big.length)
  expect(logged).toEqual([])
  upstream.sockets[0]!.end('bye')
  expect((await client.end()).endsWith('bye')).toBe(true)
  client.socket.end()
  await until(() => logged.length === 1)
  expect(logged).toEqual([101])
})

test('a client that leaves ends the tunnel', async () => {
  const { upstream, proxy, client, logged } = await tunnel()
  client.send(handshake)
  await client.answer()
  client.socket.destroy()
  await until(() => upstream.sockets[0]!.destroyed || upstream.sockets[0]!.readableEnded)
  upstream.sockets[0]!.destroy()
  await until(() => proxy.stats.active === 0)
  expect(logged).toEqual([101])
})

test('a tunnel through which nothing passes is cut after the read timeout', async () => {
  const { client, logged } = await tunnel(200)
  client.send(handshake)
  await client.answer()
  await client.end()
  await until(() => logged.length === 1)
  expect(logged).toEqual([101])
})

test('a service that refuses the switch answers as ever', async () => {
  const upstream = await startRawUpstream(() => 'HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\nno')
  open.push(async () => upstream[Symbol.asyncDispose]())
  const proxy = await startTestProxy(testRuntime([{ ports: [upstream.port] }]))
  open.push(() => proxy.drain(50))
  const client = await RawClient.open(proxy.ports[0]!)
  client.send(handshake)
  expect(await client.answer()).toMatchObject({ status: 400, body: 'no' })
  // h2c, or an upgrade without Connection, is no upgrade at all.
  client.send(
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n',
  )
  await client.answer()
  expect(upstream.seen.at(-1)!.headers).toMatchObject({ connection: 'keep-alive' })
  expect(upstream.seen.at(-1)!.headers.upgrade).toBeUndefined()
  expect(upstream.seen.at(-1)!.headers['http2-settings']).toBeUndefined()
  client.socket.destroy()
})
