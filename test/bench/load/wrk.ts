import { fileURLToPath } from 'node:url'
import { headers } from '../request.ts'
import type { Workbench } from '../workbench.ts'
import { outputOf } from './child.ts'
import type { RawLoad } from './raw.ts'
import type { LoadReport } from './tally.ts'

/** What wrk-report.lua writes; microseconds. */
interface WrkReport {
  readonly requests: number
  readonly duration: number
  readonly p50: number
  readonly p99: number
  readonly errors: Readonly<Record<'connect' | 'read' | 'write' | 'status' | 'timeout', number>>
}

export async function runWrk(bench: Workbench, { port, path, connections, seconds }: RawLoad): Promise<LoadReport> {
  const output = await outputOf(bench, 'wrk', [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '-s',
    fileURLToPath(new URL('wrk-report.lua', import.meta.url)),
    ...headers.flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    `http://127.0.0.1:${port}${path}`,
  ])
  return parseWrk(output)
}

export function parseWrk(output: string): LoadReport {
  const line = output.split('\n').find((text) => text.startsWith('{"requests"'))
  if (line === undefined) throw new Error(`wrk gave no report:\n${output}`)
  const { requests, duration, p50, p99, errors } = JSON.parse(line) as WrkReport
  const faults = Object.entries(errors).flatMap(([kind, count]) =>
    count > 0 ? [[kind === 'status' ? 'status not 2xx or 3xx' : `${kind} error`, count]] : [],
  )
  return { requests, seconds: duration / 1e6, p50: p50 / 1000, p99: p99 / 1000, faults: Object.fromEntries(faults) }
}
