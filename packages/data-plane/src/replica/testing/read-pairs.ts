// Reads two rows that are always written together, as often as it can, and counts how often they did not agree.
import { parentPort, workerData } from 'node:worker_threads'
import { consumers } from '@holdfast/entities'
import { openReader } from '../open-reader.ts'

const reader = openReader(workerData as string)
let torn = 0
let reads = 0
let stopped = false

function read(): void {
  if (stopped) return
  const a = reader.get(consumers, 'a')?.custom_id
  const b = reader.get(consumers, 'b')?.custom_id
  const listed = [...reader.all(consumers)].map((row) => row.custom_id)
  reads += 1
  if (b !== `b${a}` || listed[0] !== a || listed[1] !== b || String(reader.revision) !== a) torn += 1
  setImmediate(read)
}

parentPort!.on('message', (message) => {
  if (message === 'refresh') return reader.refresh('all')
  stopped = true
  reader.refresh('all')
  parentPort!.postMessage({ torn, reads, last: reader.revision })
})
parentPort!.postMessage('ready')
read()
