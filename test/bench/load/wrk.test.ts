import { expect, test } from 'vitest'
import { parseWrk } from './wrk.ts'

const report = (errors: object) =>
  `Running 2s test @ http://127.0.0.1:1/\n  Latency 1.2ms\n\n${JSON.stringify({ requests: 1000, duration: 2_000_000, p50: 1500, p99: 9000, errors })}\n`

test('figures in seconds and milliseconds', () => {
  expect(parseWrk(report({ connect: 0, read: 0, write: 0, status: 0, timeout: 0 }))).toEqual({
    requests: 1000,
    seconds: 2,
    p50: 1.5,
    p99: 9,
    faults: {},
  })
})

test('every kind of error is a fault', () => {
  expect(parseWrk(report({ connect: 1, read: 2, write: 0, status: 3, timeout: 4 })).faults).toEqual({
    'connect error': 1,
    'read error': 2,
    'status not 2xx or 3xx': 3,
    'timeout error': 4,
  })
})

test('no report', () => {
  expect(() => parseWrk('unable to connect')).toThrow('unable to connect')
})
