/** How load is made: by wrk where it is installed, which takes less of the CPU that it shares with the upstream, else by our own generator. */
import { isInstalled } from '../machine/cpus.ts'
import type { Workbench } from '../workbench.ts'
import { runRaw } from './raw.ts'
import type { LoadReport } from './tally.ts'
import { runWrk } from './wrk.ts'

export interface Generator {
  readonly name: string
  /** As many requests as possible over keep-alive connections. */
  run(bench: Workbench, load: { port: number; path: string; connections: number; seconds: number }): Promise<LoadReport>
}

export function chooseGenerator(): Generator {
  if (isInstalled('wrk')) return { name: 'wrk', run: runWrk }
  return { name: 'our own generator (wrk is not installed)', run: runRaw }
}
