/** What one run of the bench owns: a temporary folder and everything it started. `end` leaves nothing behind. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cpus } from './machine/cpus.ts'
import { launch, type Program, type RunningProgram } from './program.ts'

export interface Workbench {
  readonly cpus: Cpus
  /** Temporary; gone at the end. */
  readonly folder: string
  start(program: Program): Promise<RunningProgram>
  /** Runs at the end, in the reverse order of the calls. */
  onEnd(release: () => void | Promise<void>): void
  /** Stops everything; safe to call more than once and at any moment. */
  end(): Promise<void>
  /** For the impatient: kills everything at once. */
  kill(): void
}

export function createWorkbench(cpus: Cpus): Workbench {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  const releases: (() => void | Promise<void>)[] = []
  const programs = new Set<RunningProgram>()
  let ending: Promise<void> | undefined

  async function release(): Promise<void> {
    for (let next = releases.pop(); next; next = releases.pop()) {
      try {
        await next()
      } catch (error) {
        console.error('While cleaning up:', error)
      }
    }
    removeFolder()
  }

  function removeFolder(): void {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }

  return {
    cpus,
    folder,
    async start(program) {
      if (ending) throw new Error('The bench is ending.')
      const { program: running, ready } = launch(program)
      programs.add(running)
      releases.push(async () => {
        await running.stop()
        programs.delete(running)
      })
      await ready
      return running
    },
    onEnd(action) {
      releases.push(action)
    },
    end: () => (ending ??= release()),
    kill() {
      for (const running of programs) running.kill()
      removeFolder()
    },
  }
}
