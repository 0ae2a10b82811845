// What `npm run bench` runs; README.md beside it says what the figures mean.
import { existsSync } from 'node:fs'
import { chooseCpus, moveAside } from './machine/cpus.ts'
import { describeMachine } from './machine/description.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { fullPlan, quickPlan } from './plan.ts'
import { runSections } from './sections.ts'
import { render, type Table } from './table.ts'
import { createWorkbench } from './workbench.ts'

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
  const bench = createWorkbench(cpus)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt(signal))
  const print = (table: Table) => process.stdout.write(`${render(table, format)}\n\n`)

  let interrupted = false
  function interrupt(signal: NodeJS.Signals): void {
    if (interrupted) {
      bench.kill()
      process.exit(1)
    }
    interrupted = true
    process.stderr.write(`${signal}: stopping everything that was started (once more to kill it)\n`)
    void bench.end().then(() => process.exit(130))
  }

  process.stdout.write(`${format === 'markdown' ? '# Benchmark\n\n' : ''}${describeMachine()}\n${cpus.note}\n\n`)
  try {
    await runSections({ bench, plan: quick ? quickPlan : fullPlan, sections, say, print })
    return 0
  } catch (error) {
    // What fails while everything is being stopped fails because of that.
    if (!interrupted) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    return 1
  } finally {
    await bench.end()
  }
}

function say(progress: string): void {
  process.stderr.write(`  … ${progress}\n`)
}
