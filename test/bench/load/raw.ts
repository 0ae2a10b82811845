import { fileURLToPath } from 'node:url'
import { ANSWER, requestBytes } from '../request.ts'
import type { Workbench } from '../workbench.ts'
import { outputOf } from './child.ts'
import type { OpenLoopReport } from './open-loop.ts'
import type { LoadJob } from './raw-main.ts'
import type { LoadReport } from './tally.ts'

export interface RawLoad {
  readonly port: number
  readonly path: string
  readonly connections: number
  readonly seconds: number
}

export function runRaw(bench: Workbench, load: RawLoad): Promise<LoadReport> {
  return runJob(bench, load)
}

export function runAtRate(bench: Workbench, load: RawLoad & { readonly rate: number }): Promise<OpenLoopReport> {
  return runJob(bench, load) as Promise<OpenLoopReport>
}

async function runJob(bench: Workbench, { path, ...load }: RawLoad): Promise<LoadReport> {
  const job: LoadJob = { ...load, request: requestBytes(path), expectedBody: ANSWER }
  const program = fileURLToPath(new URL('raw-main.ts', import.meta.url))
  return JSON.parse(await outputOf(bench, process.execPath, [program, JSON.stringify(job)])) as LoadReport
}
