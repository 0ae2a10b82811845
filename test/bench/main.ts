// What `npm run bench` runs; README.md beside it says what the figures mean.
import { existsSync } from 'node:fs'
import { chooseCpus, moveAside } from './machine/cpus.ts'
import { describeMachine } from './machine/description.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { fullPlan, quickPlan } from './plan.ts'
import { createOutput } from './output.ts'
import { runSection } from './sections.ts'
import { createWorkbench, type Workbench } from './workbench.ts'

const options = parseOptions(process.argv.slice(2))
if (options === 'help') {
  process.stdout.write(usage)
} else if ('problem' in options) {
  process.stderr.write(`${options.problem}\n\n${usage}`)
  process.exitCode = 2
} else if (!existsSync('/proc/self/task')) {
  process.stderr.write('The bench reads CPU time from /proc, which only Linux has.\n')
  process.exitCode = 1
} else {
  process.exitCode = await run(options)
}

async function run({ quick, format, sections }: Options): Promise<number> {
  const cpus = chooseCpus()
  moveAside(cpus)
  let bench: Workbench | undefined
  let interrupted = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void interrupt(signal))

  async function interrupt(signal: NodeJS.Signals): Promise<void> {
    if (interrupted) {
      bench?.kill()
      process.exit(1)
    }
    interrupted = true
    process.stderr.write(`${signal}: stopping everything that was started (once more to kill it)\n`)
    await bench?.end()
    process.exit(130)
  }

  const output = createOutput(format)
  output.heading(describeMachine(), cpus.note)
  for (const section of sections) {
    bench = createWorkbench(cpus)
    try {
      await runSection[section]({ bench, plan: quick ? quickPlan : fullPlan, say, ...output })
    } catch (error) {
      // What fails while everything is being stopped fails because of that.
      if (!interrupted) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      return 1
    } finally {
      await bench.end()
    }
  }
  return 0
}

function say(progress: string): void {
  process.stderr.write(`  … ${progress}\n`)
}
