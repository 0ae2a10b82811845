import { Command } from 'commander'
import type { MigrateOptions, Migration } from '../node/migrate.ts'
import { loadFrom, withConfigOptions, type ConfigOptions } from './options.ts'

export function migrationsCommand(): Command {
  const command = new Command('migrations').description("prepare and change the database's layout")
  const add = (name: Migration, description: string) =>
    withConfigOptions(command.command(name))
      .description(description)
      .option('-q, --quiet', 'print nothing but errors')
      .action(async (options: ConfigOptions & MigrateOptions) => {
        const { migrate } = await import('../node/migrate.ts')
        await migrate(name, loadFrom(options), options)
      })

  add('bootstrap', 'prepare an empty database').option('-f, --force', 'erase everything in it first')
  add('up', 'apply what is new in this version')
  add('finish', 'nothing to do here: "up" leaves nothing pending')
  add('list', 'tell what was applied and what was not')
  add('reset', 'erase all tables and all configuration').option('-y, --yes', 'do not ask')
  return command
}
