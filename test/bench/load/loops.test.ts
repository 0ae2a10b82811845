// Both loops against a real server that counts and, where told, misbehaves: what they report must be what it did.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { runClosedLoop } from './closed-loop.ts'
import type { Target } from './connection.ts'
import { runOpenLoop } from './open-loop.ts'

const BODY = '{"id":1}'
const GOOD = `HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n${BODY}`

const servers: Server[] = []
const sockets = new Set<Socket>()

afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

/** `answer` gets the number of the request, counted from 1 over all connections. */
async function serve(answer: (n: number, socket: Socket) => void): Promise<{ target: Target; seen(): number }> {
  let seen = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      for (let n = chunk.toString('latin1').split('\r\n\r\n').length - 1; n > 0; n--) answer(++seen, socket)
    })
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const target = { port, request: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', expectedBody: BODY }
  return { target, seen: () => seen }
}

test('closed loop: counts what was answered, and no more', async () => {
  const { target, seen } = await serve((_, socket) => socket.write(GOOD))
  const report = await runClosedLoop(target, { connections: 4, seconds: 0.2 })
  expect(report.faults).toEqual({})
  expect(report.requests).toBeGreaterThan(10)
  expect(report.requests).toBeLessThanOrEqual(seen())
  expect(report.requests).toBeGreaterThanOrEqual(seen() - 4)
})

const misbehaviours: [name: string, at10: (socket: Socket) => void, fault: string][] = [
  ['a wrong status', (socket) => socket.write(GOOD.replace('200 OK', '500 Oh')), 'HTTP/1.1 500 Oh'],
  ['a wrong body', (socket) => socket.write(GOOD.replace('1}', '2}')), '200 with another body: {"id":2}'],
  ['no answer', (socket) => socket.destroy(), 'closed without an answer'],
  ['half an answer', (socket) => socket.end(GOOD.slice(0, -3)), 'closed in the middle of an answer'],
  ['one answer too many', (socket) => socket.write(GOOD + GOOD), 'more than was asked for after HTTP/1.1 200 OK'],
]

test.each(misbehaviours)('closed loop: tells %s', async (_name, misbehave, fault) => {
  const { target } = await serve((n, socket) => (n === 10 ? misbehave(socket) : socket.write(GOOD)))
  const report = await runClosedLoop(target, { connections: 2, seconds: 0.2 })
  expect(report.faults).toEqual({ [fault]: 1 })
  expect(report.requests).toBeGreaterThan(10)
})

test.each(misbehaviours)('open loop: tells %s', async (_name, misbehave, fault) => {
  const { target } = await serve((n, socket) => (n === 10 ? misbehave(socket) : socket.write(GOOD)))
  const report = await runOpenLoop(target, { connections: 2, seconds: 0.2, rate: 200 })
  expect(report.faults).toEqual({ [fault]: 1 })
})

test('a server that closes after every answer, and says so, is no fault', async () => {
  const { target, seen } = await serve((_, socket) => socket.end(GOOD.replace('OK\r\n', 'OK\r\nConnection: close\r\n')))
  const report = await runOpenLoop(target, { connections: 4, seconds: 0.2, rate: 200 })
  expect(report).toMatchObject({ faults: {}, requests: 40 })
  expect(seen()).toBe(40)
})

test('nobody listens', async () => {
  const { target } = await serve(() => {})
  servers[0]!.close()
  const report = await runClosedLoop(target, { connections: 3, seconds: 0.1 })
  expect(report).toMatchObject({ requests: 0, faults: { 'connect: ECONNREFUSED': 3 } })
})

test('open loop: keeps its rate', async () => {
  const { target, seen } = await serve((_, socket) => socket.write(GOOD))
  const startedAt = performance.now()
  const report = await runOpenLoop(target, { connections: 8, seconds: 0.5, rate: 1000 })
  expect(report).toMatchObject({ requests: 500, faults: {} })
  expect(seen()).toBe(500)
  expect(performance.now() - startedAt).toBeGreaterThan(450)
})

test('open loop: a stall is charged to everybody who would have come meanwhile', async () => {
  const stalled: Socket[] = []
  let over = false
  const { target } = await serve((n, socket) => {
    if (n <= 50 || over) socket.write(GOOD)
    else if (stalled.push(socket) === 2) {
      // Both connections wait from now on; 300 ms later they are answered, and so is all that follows.
      setTimeout(() => {
        over = true
        for (const waiting of stalled) waiting.write(GOOD)
      }, 300)
    }
  })
  const report = await runOpenLoop(target, { connections: 2, seconds: 0.5, rate: 400 })
  expect(report.faults).toEqual({})
  expect(report.requests).toBe(200)
  // A generator that waits with the server would see 2 slow answers in 200; here about 120 had to wait, some the whole time.
  expect(report.p50).toBeGreaterThan(30)
  expect(report.p99).toBeGreaterThan(250)
})
