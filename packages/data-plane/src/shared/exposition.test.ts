import { expect, test } from 'vitest'
import { renderExposition, type MetricFamily } from './exposition.ts'
import { parseExposition } from './exposition-parser.ts'

const requests: MetricFamily = {
  name: 'kong_http_requests_total',
  help: 'HTTP requests',
  kind: 'counter',
  labels: ['service', 'code'],
  series: [
    { values: ['b', '200'], numbers: [3] },
    { values: ['a', '404'], numbers: [1e21] },
  ],
}

test('families and series come in order of name, each family once', () => {
  const text = renderExposition([
    requests,
    { name: 'kong_datastore_reachable', help: 'x', kind: 'gauge', labels: [], series: [{ values: [], numbers: [1] }] },
  ])
  expect(text).toBe(
    [
      '# HELP kong_datastore_reachable x',
      '# TYPE kong_datastore_reachable gauge',
      'kong_datastore_reachable 1',
      '# HELP kong_http_requests_total HTTP requests',
      '# TYPE kong_http_requests_total counter',
      'kong_http_requests_total{service="a",code="404"} 1e+21',
      'kong_http_requests_total{service="b",code="200"} 3',
      '',
    ].join('\n'),
  )
  expect([...parseExposition(text).keys()]).toEqual(['kong_datastore_reachable', 'kong_http_requests_total'])
})

test('a histogram is cumulative, ends with infinity, and tells buckets, counts and sums', () => {
  const text = renderExposition([
    {
      name: 'kong_latency_ms',
      help: 'Latency',
      kind: 'histogram',
      labels: ['route'],
      buckets: [1, 2.5],
      series: [
        { values: ['y'], numbers: [0, 0, 1, 7] },
        { values: ['x'], numbers: [2, 1, 4, 99.5] },
      ],
    },
  ])
  expect(text.split('\n').slice(2, -1)).toEqual([
    'kong_latency_ms_bucket{route="x",le="1"} 2',
    'kong_latency_ms_bucket{route="x",le="2.5"} 3',
    'kong_latency_ms_bucket{route="x",le="+Inf"} 7',
    'kong_latency_ms_bucket{route="y",le="1"} 0',
    'kong_latency_ms_bucket{route="y",le="2.5"} 0',
    'kong_latency_ms_bucket{route="y",le="+Inf"} 1',
    'kong_latency_ms_count{route="x"} 7',
    'kong_latency_ms_count{route="y"} 1',
    'kong_latency_ms_sum{route="x"} 99.5',
    'kong_latency_ms_sum{route="y"} 7',
  ])
})

test('every text survives as a label value and as help', () => {
  const nasty = ['', '"', '\\', '\n', 'a\\nb', '}', '",x="', 'ü 日本', '\\"']
  const text = renderExposition([
    { ...requests, help: 'a\\b\n"c"', series: nasty.map((value) => ({ values: [value, '1'], numbers: [1] })) },
  ])
  const family = parseExposition(text).get('kong_http_requests_total')!
  expect(family.help).toBe('a\\b\n"c"')
  expect([...family.samples.keys()].toSorted()).toEqual(
    nasty.map((service) => JSON.stringify({ service, code: '1' })).toSorted(),
  )
})

test('a family without series is not told', () => {
  expect(renderExposition([{ ...requests, series: [] }])).toBe('')
})

test.each([
  ['a 1', 'the last line is not ended'],
  ['a 1\n', 'not a sample: a 1'],
  ['# TYPE a counter\na 1\n', 'TYPE without HELP'],
  ['# HELP a x\n# TYPE a counter\na{b="\\x"} 1\n', 'bad escape'],
  ['# HELP a x\n# TYPE a counter\nb 1\n', 'a sample outside its family'],
  ['# HELP a x\n# TYPE a counter\na 1\na 2\n', 'a series told twice'],
])('the parser of these tests refuses %j', (text, reason) => {
  expect(() => parseExposition(text)).toThrow(reason)
})
