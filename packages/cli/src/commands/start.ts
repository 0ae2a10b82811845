import { Command } from 'commander'
import { loadFrom, withConfigOptions, type ConfigOptions } from './options.ts'

export function startCommand(): Command {
  return withConfigOptions(new Command('start'))
    .description('run a node in the foreground; SIGTERM drains, SIGHUP reloads')
    .action(async (options: ConfigOptions) => {
      const { runNode } = await import('../node/run.ts')
      await runNode(loadFrom(options))
      process.exit(0)
    })
}
