/** A thread for the metrics test: counts to a million and ends. */
import { parentPort } from 'node:worker_threads'
import { createThreadMetrics } from './metrics.ts'

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker port has none
const metrics = createThreadMetrics((message) => parentPort!.postMessage(message))
const counter = metrics.counter({ name: 'written_total', help: 'Written', labels: [] }).with()
for (let i = 0; i < 1_000_000; i++) counter.add(1)
