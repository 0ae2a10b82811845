import { describe, expect, test } from 'vitest'
import type { Consumer } from '@holdfast/entities'
import { runPlugin, type TestAnswer, type TestRequest } from '@holdfast/plugin-kit/testing'
import { prometheus } from './plugin.ts'

const ann: Consumer = { id: 'a', username: 'ann', custom_id: null, tags: null, created_at: 0, updated_at: 0 }

async function counted(
  config: object,
  ...requests: [TestRequest?, TestAnswer?][]
): Promise<Record<string, readonly number[]>> {
  const plugin = runPlugin(prometheus, { ...config })
  for (const [request, answer] of requests) await plugin.send(request, answer)
  return plugin.host.metrics.all
}

const requests = (labels: Record<string, string>): string =>
  `kong_http_requests_total{${Object.entries({
    service: 'service',
    route: 'route',
    code: '200',
    source: 'service',
    workspace: 'default',
    consumer: '',
    ...labels,
  })
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`
const bandwidth = (direction: string, consumer: string): string =>
  `kong_bandwidth_bytes{service="service",route="route",direction="${direction}",workspace="default",consumer="${consumer}"}`

describe('status_code_metrics', () => {
  const on = { status_code_metrics: true }

  test('counts by status', async () => {
    expect(await counted(on, [], [], [{}, { status: 404 }])).toEqual({
      [requests({})]: [2],
      [requests({ code: '404' })]: [1],
    })
  })

  const labels: [request: TestRequest, labels: Record<string, string>][] = [
    [{ service: null }, { service: '' }],
    [{ service: { name: null, host: 'h.test' } }, { service: 'h.test' }],
    [{ route: { id: 'r-2', name: null } }, { route: 'r-2' }],
    [{ consumer: ann }, {}],
  ]
  test.each(labels)('%j is labelled %j', async (request, expected) => {
    expect(await counted(on, [request])).toEqual({ [requests(expected)]: [1] })
  })

  test('per_consumer names the consumer', async () => {
    const config = { ...on, per_consumer: true }
    const nameless = { ...ann, username: null }
    expect(await counted(config, [{ consumer: ann }], [{ consumer: ann }], [{ consumer: nameless }], [])).toEqual({
      [requests({ consumer: 'ann' })]: [2],
      [requests({})]: [2],
    })
  })

  test('a service that is renamed is counted under its new name', async () => {
    const plugin = runPlugin(prometheus, on)
    const { exchange } = await plugin.send()
    const renamed = Object.assign(Object.create(exchange) as typeof exchange, {
      service: { ...exchange.service!, name: 'new' },
    })
    plugin.phases.log!(renamed)
    plugin.phases.log!(exchange)
    expect(plugin.host.metrics.all).toEqual({ [requests({})]: [2], [requests({ service: 'new' })]: [1] })
  })

  test('answers of the gateway itself have the source kong', async () => {
    const plugin = runPlugin(prometheus, on)
    const { exchange } = await plugin.send()
    exchange.respond(429, 'exit', {})
    plugin.phases.log!(exchange)
    exchange.respond(502, 'error', {})
    plugin.phases.log!(exchange)
    expect(plugin.host.metrics.all).toMatchObject({
      [requests({ code: '429', source: 'kong' })]: [1],
      [requests({ code: '502', source: 'kong' })]: [1],
    })
  })

  test('requests without a route are not counted', async () => {
    expect(await counted(on, [{ route: null }])).toEqual({})
  })
})

test('bandwidth_metrics counts bytes in both directions', async () => {
  expect(await counted({ bandwidth_metrics: true, per_consumer: true }, [], [], [{ consumer: ann }])).toEqual({
    [bandwidth('ingress', '')]: [200],
    [bandwidth('egress', '')]: [400],
    [bandwidth('ingress', 'ann')]: [100],
    [bandwidth('egress', 'ann')]: [200],
  })
})

describe('latency_metrics', () => {
  const on = { latency_metrics: true }
  const labels = '{service="service",route="route",workspace="default"}'

  test('of a proxied request', async () => {
    expect(await counted(on, [])).toEqual({
      [`kong_request_latency_ms${labels}`]: [30],
      [`kong_upstream_latency_ms${labels}`]: [20],
      [`kong_kong_latency_ms${labels}`]: [1],
    })
  })

  test.each([
    ['the upstream never answered', { upstreamHeadAt: undefined }, [30], [29], [1]],
    ['the gateway answered', { accessEndedAt: undefined, upstreamHeadAt: undefined }, [30], undefined, [30]],
  ])('when %s', async (_, timing, request, upstream, kong) => {
    const plugin = runPlugin(prometheus, on)
    const { exchange } = await runPlugin(prometheus).send()
    exchange.timing = { ...exchange.timing, ...timing }
    plugin.phases.log!(exchange)
    expect(plugin.host.metrics.all).toEqual({
      [`kong_request_latency_ms${labels}`]: request,
      ...(upstream && { [`kong_upstream_latency_ms${labels}`]: upstream }),
      [`kong_kong_latency_ms${labels}`]: kong,
    })
  })
})

test.each([
  [{}, []],
  [{ per_consumer: true }, []],
  [{ ai_metrics: true }, []],
  [{ upstream_health_metrics: true }, ['kong_upstream_target_health']],
  [{ status_code_metrics: true }, ['kong_http_requests_total']],
  [{ bandwidth_metrics: true }, ['kong_bandwidth_bytes']],
  [{ latency_metrics: true }, ['kong_kong_latency_ms', 'kong_request_latency_ms', 'kong_upstream_latency_ms']],
])('%j asks for %j', (config, families) => {
  const { host, phases } = runPlugin(prometheus, { ...config })
  expect(host.metrics.families).toEqual(families)
  expect(phases.log !== undefined).toBe(families.length > 0 && !('upstream_health_metrics' in config))
})
