import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import type { Metrics } from '@holdfast/plugin-kit'
import { renderExposition } from './exposition.ts'
import { parseExposition } from './exposition-parser.ts'
import { MetricsHub } from './metrics-hub.ts'
import { createThreadMetrics, REFUSED, type MetricsMessage, type ThreadMetricsOptions } from './metrics.ts'

const requests = { name: 'requests_total', help: 'Requests', labels: ['route', 'code'] }
const latency = { name: 'latency_ms', help: 'Latency', labels: ['route'], buckets: [1, 10] }
const open = { name: 'open', help: 'Open connections', labels: [] }

function threadOn(hub: MetricsHub, index: number, options?: ThreadMetricsOptions): Metrics {
  // Messages cross threads as structured clones; so they do here.
  return createThreadMetrics((message) => hub.attach(index, structuredClone(message)), options)
}

function samples(hub: MetricsHub, name: string): Record<string, number> {
  return Object.fromEntries(parseExposition(renderExposition(hub.collect())).get(name)?.samples ?? [])
}

test('what threads count is added up', () => {
  const hub = new MetricsHub()
  for (const thread of [0, 1]) {
    const metrics = threadOn(hub, thread)
    metrics.counter(requests).with('r', '200').add(2)
    metrics.counter(requests).with('r', '200').add(1)
    metrics.counter(requests).with('r', `50${thread}`).add(1)
    metrics.gauge(open).with().set(4)
    const histogram = metrics.histogram(latency).with('r')
    for (const value of [1, 1.5, 11]) histogram.observe(value)
  }
  expect(samples(hub, 'requests_total')).toEqual({
    '{"route":"r","code":"200"}': 6,
    '{"route":"r","code":"500"}': 1,
    '{"route":"r","code":"501"}': 1,
  })
  expect(samples(hub, 'open')).toEqual({ '{}': 8 })
  expect(samples(hub, 'latency_ms')).toEqual({
    '_bucket{"route":"r","le":"1"}': 2,
    '_bucket{"route":"r","le":"10"}': 4,
    '_bucket{"route":"r","le":"+Inf"}': 6,
    '_count{"route":"r"}': 6,
    '_sum{"route":"r"}': 27,
  })
})

test('counters survive the death of their thread and its replacement, gauges do not', () => {
  const hub = new MetricsHub()
  const first = threadOn(hub, 0)
  first.counter(requests).with('r', '200').add(5)
  first.histogram(latency).with('r').observe(3)
  first.gauge(open).with().set(9)
  hub.threadGone(0)
  hub.threadGone(0)
  expect(samples(hub, 'requests_total')).toEqual({ '{"route":"r","code":"200"}': 5 })
  expect(samples(hub, 'open')).toEqual({})

  const second = threadOn(hub, 0)
  second.counter(requests).with('r', '200').add(1)
  second.histogram(latency).with('r').observe(4)
  second.gauge(open).with().set(1)
  expect(samples(hub, 'requests_total')).toEqual({ '{"route":"r","code":"200"}': 6 })
  expect(samples(hub, 'latency_ms')).toMatchObject({ '_count{"route":"r"}': 2, '_sum{"route":"r"}': 7 })
  expect(samples(hub, 'open')).toEqual({ '{}': 1 })
  // A scrape only reads.
  expect(samples(hub, 'requests_total')).toEqual({ '{"route":"r","code":"200"}': 6 })
})

test('memory grows by segments, and a series has its place for good', () => {
  const hub = new MetricsHub()
  const metrics = threadOn(hub, 0, { segmentLength: 4 })
  const first = metrics.counter(requests).with('r0', '200')
  for (let i = 0; i < 20; i++) metrics.counter(requests).with(`r${i}`, '200').add(i)
  metrics
    .histogram({ ...latency, buckets: [1, 2, 3, 4, 5, 6, 7] })
    .with('r')
    .observe(2)
  first.add(1)
  expect(metrics.counter(requests).with('r0', '200')).toBe(first)
  const told = samples(hub, 'requests_total')
  for (let i = 0; i < 20; i++) expect(told[`{"route":"r${i}","code":"200"}`]).toBe(i === 0 ? 1 : i)
  expect(samples(hub, 'latency_ms')['_sum{"route":"r"}']).toBe(2)
})

test('series beyond the limit are counted as refused, and those that exist go on', () => {
  const hub = new MetricsHub()
  const metrics = threadOn(hub, 0, { maxSeries: 2 })
  for (let round = 0; round < 2; round++)
    for (const route of ['a', 'b', 'c', 'd']) metrics.counter(requests).with(route, '200').add(10)
  metrics.histogram(latency).with('a').observe(1)
  metrics.gauge(open).with().set(1)
  expect(samples(hub, 'requests_total')).toEqual({ '{"route":"a","code":"200"}': 20, '{"route":"b","code":"200"}': 20 })
  expect(samples(hub, 'latency_ms')).toEqual({})
  expect(samples(hub, REFUSED.name)).toEqual({
    '{"family":"requests_total"}': 4,
    '{"family":"latency_ms"}': 1,
    '{"family":"open"}': 1,
  })
})

test('label values are kept apart whatever they hold, and their number is checked', () => {
  const hub = new MetricsHub()
  const family = threadOn(hub, 0).counter(requests)
  family.with('a\u0000b', 'c').add(1)
  family.with('a', 'b\u0000c').add(2)
  expect(Object.values(samples(hub, 'requests_total')).toSorted()).toEqual([1, 2])
  expect(() => family.with('a')).toThrow('a series needs 2 label values, not 1')
})

test('a family has one form', () => {
  const metrics = threadOn(new MetricsHub(), 0)
  metrics.counter(requests)
  expect(() => metrics.gauge(requests)).toThrow("metric 'requests_total' is already defined in another way")
})

test('collectors add what the main thread knows, under the same family if threads define it too', () => {
  const hub = new MetricsHub()
  expect(hub.knows('open')).toBe(false)
  threadOn(hub, 0).gauge(open)
  expect(hub.knows('open')).toBe(true)
  const remove = hub.addCollector(() => [
    { ...open, kind: 'gauge', series: [{ values: [], numbers: [7] }] },
    { name: 'node_info', help: 'Node', kind: 'gauge', labels: ['node_id'], series: [{ values: ['n'], numbers: [1] }] },
  ])
  expect(samples(hub, 'open')).toEqual({ '{}': 7 })
  expect(samples(hub, 'node_info')).toEqual({ '{"node_id":"n"}': 1 })
  remove()
  expect(samples(hub, 'node_info')).toEqual({})
})

test('the main thread reads what another thread writes, without asking it', async () => {
  const hub = new MetricsHub()
  const worker = new Worker(new URL('./metrics.writer.ts', import.meta.url))
  worker.on('message', (message: MetricsMessage) => hub.attach(0, message))
  await once(worker, 'exit')
  expect(samples(hub, 'written_total')).toEqual({ '{}': 1_000_000 })
  hub.threadGone(0)
  expect(samples(hub, 'written_total')).toEqual({ '{}': 1_000_000 })
})
