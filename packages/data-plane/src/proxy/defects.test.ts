import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, RawClient } from './testing/raw-client.ts'
import { startRawUpstream, type RawUpstream } from './testing/raw-upstream.ts'
import { testRuntime, type TestRoute } from './testing/runtime.ts'
import { quietLog, startTestProxy } from './testing/server.ts'

let upstream: RawUpstream
beforeAll(async () => {
  upstream = await startRawUpstream()
})
afterAll(async () => upstream[Symbol.asyncDispose]())

const boom = (): never => {
  throw new Error('boom')
}
const get = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'

async function broken(route: Partial<TestRoute>, match?: () => never) {
  const runtime = testRuntime([{ ports: [upstream.port], ...route }])
  const errors: unknown[] = []
  const log = { ...quietLog, error: (fields: object) => void errors.push(fields) }
  const proxy = await startTestProxy(match ? { ...runtime, match } : runtime, {}, { log })
  return { proxy, errors }
}

describe('what throws in the gateway itself fails one request, and the next is served', () => {
  const cases: [name: string, route: Partial<TestRoute>, match?: () => never][] = [
    ['the router', {}, boom],
    ['the balancer', { pick: boom }],
    ['the balancer, later', { pick: () => Promise.reject(new Error('boom')) }],
    ['after a plugin has waited', { pick: boom, chain: { access: [async () => undefined] } }],
  ]
  test.each(cases)('%s', async (_, route, match) => {
    const { proxy, errors } = await broken(route, match)
    await using client = await RawClient.open(proxy.ports[0]!)
    for (let i = 1; i <= 2; i++) {
      client.send(get)
      expect((await client.answer()).status).toBe(500)
      expect(errors.length).toBe(i)
    }
    await proxy.drain(10)
  })
})

test('what throws while the answer is written ends the connection', async () => {
  const { proxy, errors } = await broken({ chain: { bodyFilter: [() => ({ length: 1 }) as never] } })
  await expect(ask(proxy.ports[0]!, get)).rejects.toThrow()
  expect(errors.length).toBe(1)
  expect(proxy.stats.requests).toBe(1)
  await proxy.drain(10)
})
