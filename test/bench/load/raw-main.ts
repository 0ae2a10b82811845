// The load generator as a process of its own: the job comes as JSON in the argument, the report goes to stdout as JSON.
import { runClosedLoop } from './closed-loop.ts'
import type { Target } from './connection.ts'
import { runOpenLoop } from './open-loop.ts'

export interface LoadJob extends Target {
  readonly connections: number
  readonly seconds: number
  /** Requests per second of an open loop; without it as many as possible. */
  readonly rate?: number
}

const { rate, ...job } = JSON.parse(process.argv[2] ?? '') as LoadJob
const report = rate === undefined ? await runClosedLoop(job, job) : await runOpenLoop(job, { ...job, rate })
process.stdout.write(JSON.stringify(report))
