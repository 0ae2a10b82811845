// The `holdfast` command.
import { Command } from 'commander'
import { CommandError } from './command-error.ts'
import { checkCommand } from './commands/check.ts'
import { demoCommand } from './commands/demo.ts'
import { healthCommand } from './commands/health.ts'
import { hybridCommand } from './commands/hybrid.ts'
import { migrationsCommand } from './commands/migrations.ts'
import { startCommand } from './commands/start.ts'
import { versionCommand } from './commands/version.ts'

const program = new Command('holdfast')
  .description('an API gateway: one control plane, thousands of data planes that hold fast')
  .addCommand(startCommand())
  .addCommand(checkCommand())
  .addCommand(healthCommand())
  .addCommand(versionCommand())
  .addCommand(migrationsCommand())
  .addCommand(hybridCommand())
  .addCommand(demoCommand())

try {
  await program.parseAsync()
} catch (error) {
  console.error(describe(error))
  process.exit(1)
}

/** One line each for what the reader can mend; the whole stack for a fault of ours. */
function describe(error: unknown): string {
  if (error instanceof CommandError)
    return error.message
      .split('\n')
      .map((line) => `holdfast: ${line}`)
      .join('\n')
  if (!(error instanceof Error)) return `holdfast: ${String(error)}`
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
      return `holdfast: the disk is full: free some space and start again (${error.message}).`
    case 'EACCES':
    case 'EROFS':
      return `holdfast: this user may not do that: ${error.message}.`
    case 'EMFILE':
      return 'holdfast: too many open files: raise the limit with "ulimit -n".'
    default:
      return `holdfast: ${error.stack ?? error.message}`
  }
}
