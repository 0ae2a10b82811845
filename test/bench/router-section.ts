import { fileURLToPath } from 'node:url'
import { outputOf } from './load/child.ts'
import type { SectionRun } from './sections.ts'

/** The router alone, as its own bench prints it. */
export async function runRouter({ bench, plan, say, printText }: SectionRun): Promise<void> {
  say('matching, adding and removing routes in the router alone')
  const program = new URL('../../packages/data-plane/src/router/router.bench.ts', import.meta.url)
  printText('The router alone', await outputOf(bench, process.execPath, [fileURLToPath(program), ...plan.router.args]))
}
