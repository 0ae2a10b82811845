/** Route changes at a fixed rate, made by a process of its own. */
import { fileURLToPath } from 'node:url'
import { outputOf } from '../load/child.ts'
import type { Workbench } from '../workbench.ts'

export interface ChangeJob {
  /** `http://HOST:PORT` of the Admin API. */
  readonly admin: string
  /** Changes per second. */
  readonly rate: number
  readonly seconds: number
  /** How many of the filler routes there are to change. */
  readonly routes: number
}

export interface ChangesMade {
  readonly changes: number
  /** Until the last one was answered. */
  readonly seconds: number
}

/** Rejects when a change failed. It runs at the lowest priority: the load generator beside it must not wait. */
export async function makeChanges(bench: Workbench, job: ChangeJob): Promise<ChangesMade> {
  const program = fileURLToPath(new URL('steady-changes-main.ts', import.meta.url))
  const output = await outputOf(bench, 'nice', ['-n', '19', process.execPath, program, JSON.stringify(job)])
  return JSON.parse(output) as ChangesMade
}
