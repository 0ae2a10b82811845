import { describe, expect, test } from 'vitest'
import { runPlugin, type TestRequest } from '@holdfast/plugin-kit/testing'
import { requestTermination } from './plugin.ts'

const jsonHeaders = { 'Content-Type': 'application/json; charset=utf-8' }
const message = (status: number, text: string) => ({
  status,
  headers: jsonHeaders,
  body: JSON.stringify({ message: text }),
})

const answers: [config: object, reply: object][] = [
  [{}, message(503, 'Service unavailable')],
  [{ status_code: 401 }, message(401, 'Unauthorized')],
  [{ status_code: 404 }, message(404, 'Not found')],
  [{ status_code: 405 }, message(405, 'Method not allowed')],
  [{ status_code: 500 }, message(500, 'An unexpected error occurred')],
  [{ status_code: 502 }, message(502, 'Bad Gateway')],
  [{ status_code: 418 }, { status: 418 }],
  [{ status_code: 204 }, { status: 204 }],
  [{ status_code: 404, message: 'gone fishing' }, message(404, 'gone fishing')],
  [{ body: 'plain' }, { status: 503, body: 'plain' }],
  [
    { status_code: 200, body: '<b>x</b>', content_type: 'text/html' },
    { status: 200, body: '<b>x</b>', headers: { 'Content-Type': 'text/html; charset=UTF-8' } },
  ],
  [
    { body: 'x', content_type: 'text/html; charset=latin1' },
    { status: 503, body: 'x', headers: { 'Content-Type': 'text/html; charset=latin1' } },
  ],
  [
    { body: '{}', content_type: 'application/json' },
    { status: 503, body: '{}', headers: { 'Content-Type': 'application/json' } },
  ],
]
test.each(answers)('%j', async (config, reply) => {
  expect((await runPlugin(requestTermination, { ...config }).send()).reply).toEqual(reply)
})

const triggers: [request: TestRequest, isMeant: boolean][] = [
  [{}, false],
  [{ headers: { 'X-Stop-Now': '1' } }, true],
  [{ headers: { 'X-Stop-Now': '' } }, true],
  [{ target: '/?x-stop-now=yes' }, true],
  [{ target: '/?x-stop-now' }, true],
  [{ target: '/?X-Stop-Now=yes' }, false],
  [{ target: '/?other=x-stop-now' }, false],
]
test.each(triggers)('with a trigger: %j', async (request, isMeant) => {
  for (const echo of [false, true]) {
    const { reply } = await runPlugin(requestTermination, { trigger: 'x-stop-now', echo }).send(request)
    expect(reply !== undefined).toBe(isMeant)
  }
})

async function echoed(config: object, request: TestRequest): Promise<Record<string, unknown>> {
  const { body, status } = await runPlugin(requestTermination, { echo: true, ...config }).send(request)
  return { status, ...(JSON.parse(body) as object) }
}

describe('echo', () => {
  test('describes the request', async () => {
    const described = await echoed(
      { status_code: 404 },
      {
        method: 'POST',
        target: '/status/200?hello=%C3%A9&flag&twice=1&twice=2',
        headers: { 'Content-Type': 'application/json', 'X-Many': ['a', 'b'] },
        body: '{"a":1}',
        captures: { 0: '/status', 1: 'status', parameter: 'status' },
      },
    )
    expect(described).toEqual({
      status: 404,
      message: 'Not found',
      kong: { node_id: '11111111-2222-4333-8444-555555555555', hostname: 'node.test', worker_pid: process.pid },
      request: {
        scheme: 'http',
        host: 'api.test',
        port: 8000,
        method: 'POST',
        path: '/status/200',
        query: { hello: 'é', flag: true, twice: ['1', '2'] },
        headers: { host: 'api.test', 'content-type': 'application/json', 'x-many': ['a', 'b'] },
        body: { a: 1 },
        raw_body: '{"a":1}',
        uri_captures: { named: { parameter: 'status' }, unnamed: ['status'] },
      },
      matched_route: { id: 'route-1', name: 'route' },
      matched_service: { id: 'service-1', name: 'service' },
    })
  })

  const bodies: [type: string | undefined, body: string, parsed: unknown][] = [
    ['application/x-www-form-urlencoded', 'a=1&b', { a: '1', b: true }],
    ['application/json', '{"a":', undefined],
    [
      'multipart/form-data; boundary=B',
      '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\né\r\n--B--',
      { a: 'é' },
    ],
    ['multipart/form-data', 'x', undefined],
    ['text/plain', 'cool body', undefined],
    [undefined, 'cool body', undefined],
  ]
  test.each(bodies)('shows the body: %s %j', async (type, body, parsed) => {
    const headers = type === undefined ? {} : { 'Content-Type': type }
    const { request } = await echoed({}, { method: 'POST', headers, body })
    expect(request).toMatchObject({ raw_body: body })
    expect((request as { body?: unknown }).body).toEqual(parsed)
  })

  test('without a service and with a message', async () => {
    const described = await echoed({ message: 'here' }, { service: null })
    expect(described).toMatchObject({ message: 'here', status: 503 })
    expect(described).not.toHaveProperty('matched_service')
  })
})
