import { expect, test } from 'vitest'
import { slot } from '@holdfast/plugin-kit'
import { runPlugin, TestExchange } from '@holdfast/plugin-kit/testing'
import { correlationId } from './plugin.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('uuid: another one for every request', async () => {
  const plugin = runPlugin(correlationId, { generator: 'uuid' })
  const ids = [(await plugin.send()).sent('Kong-Request-ID'), (await plugin.send()).sent('Kong-Request-ID')]
  for (const id of ids) expect(id).toMatch(UUID)
  expect(ids[0]).not.toBe(ids[1])
})

test('uuid#counter, the default: one uuid and a running number', async () => {
  const plugin = runPlugin(correlationId)
  const ids = [(await plugin.send()).sent('kong-request-id'), (await plugin.send()).sent('kong-request-id')]
  const [uuid, first] = ids[0]!.split('#')
  expect(uuid).toMatch(UUID)
  expect([first, ids[1]]).toEqual(['1', `${uuid}#2`])
})

test('tracker: address, port, process, connection, request, time', async () => {
  const plugin = runPlugin(correlationId, { generator: 'tracker' }, { now: 1_700_000_000_250 })
  const { sent } = await plugin.send({ connection: 7, connectionRequest: 3 })
  expect(sent('kong-request-id')).toBe(`127.0.0.1-8000-${process.pid}-7-3-1700000000.250`)
})

const cases: [name: string, config: object, given: string | undefined, sent: RegExp, echoed: RegExp][] = [
  ['an id of the client is kept', {}, 'mine', /^mine$/, /^none$/],
  ['and echoed if asked', { echo_downstream: true }, 'mine', /^mine$/, /^mine$/],
  ['an empty one is none', { echo_downstream: true, generator: 'uuid' }, '', UUID, UUID],
  ['a new one is echoed if asked', { echo_downstream: true, generator: 'uuid' }, undefined, UUID, UUID],
  ['a new one is not echoed', { generator: 'uuid' }, undefined, UUID, /^none$/],
]
test.each(cases)('%s', async (_, config, given, sent, echoed) => {
  const plugin = runPlugin(correlationId, { header_name: 'X-Corr', ...config })
  const outcome = await plugin.send(given === undefined ? {} : { headers: { 'x-corr': given } })
  expect(outcome.sent('X-Corr')).toMatch(sent)
  expect(outcome.header('X-Corr') ?? 'none').toMatch(echoed)
  expect([outcome.sent('X-Corr'), undefined]).toContain(outcome.header('X-Corr'))
  expect(outcome.exchange.read(slot('correlation_id'))).toBe(outcome.sent('X-Corr'))
})

test.each([
  ['the id of the client', { 'x-corr': 'mine' }, /^mine$/],
  ['or a new one', {}, UUID],
])('an answer that was given before the plugin ran echoes %s', (_, headers, expected) => {
  const { phases } = runPlugin(correlationId, { header_name: 'X-Corr', generator: 'uuid', echo_downstream: true })
  const exchange = new TestExchange({ headers })
  phases.headerFilter!(exchange)
  expect(exchange.response.header('x-corr')).toMatch(expected)
})
