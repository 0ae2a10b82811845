import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import {
  bootstrapMigrations,
  listMigrations,
  resetMigrations,
  upMigrations,
  type Database,
} from '@holdfast/control-plane/store'
import { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import { createLog } from '../log.ts'
import { newerLayout, withDatabase } from '../node/database.ts'
import { makePrefix } from '../node/run-file.ts'
import { startPostgres } from '../postgres/index.ts'
import type { Settings } from '../settings/properties.ts'
import { loadFrom, withConfigOptions, type ConfigOptions } from './options.ts'

interface MigrationOptions extends ConfigOptions {
  readonly yes?: boolean
  readonly quiet?: boolean
  readonly force?: boolean
}

type Say = (line: string) => void
/** Kong's exit codes of `list`, which scripts test. */
const NEEDS_BOOTSTRAP = 3
const NEEDS_UP = 5

export function migrationsCommand(): Command {
  const command = new Command('migrations').description("prepare and change the database's layout")
  const add = (
    name: string,
    description: string,
    run: (db: Database, say: Say, options: MigrationOptions) => Promise<void>,
  ) =>
    withConfigOptions(command.command(name))
      .description(description)
      .option('-q, --quiet', 'print nothing but errors')
      .action((options: MigrationOptions) =>
        onDatabase(options, (db) => run(db, options.quiet === true ? () => {} : console.log, options)),
      )

  add('bootstrap', 'prepare an empty database', bootstrap).option('-f, --force', 'erase everything in it first')
  add('up', 'apply what is new in this version', up)
  add('finish', 'nothing to do here: "up" leaves nothing pending', finish)
  add('list', 'tell what was applied and what was not', list)
  add('reset', 'erase all tables and all configuration', reset).option('-y, --yes', 'do not ask')
  return command
}

async function bootstrap(db: Database, say: Say, options: MigrationOptions): Promise<void> {
  if (options.force === true) await resetMigrations(db)
  const applied = await bootstrapMigrations(db)
  say(
    applied.length === 0
      ? 'the database was already bootstrapped'
      : `the database is up-to-date: applied ${applied.join(', ')}`,
  )
}

async function up(db: Database, say: Say): Promise<void> {
  const state = await listMigrations(db)
  if (!state.bootstrapped) throw new CommandError('The database is empty: run "holdfast migrations bootstrap".')
  if (state.unknown.length > 0) throw newerLayout(state)
  const applied = await upMigrations(db)
  say(
    applied.length === 0
      ? 'the database is already up-to-date'
      : `the database is up-to-date: applied ${applied.join(', ')}`,
  )
}

async function finish(db: Database, say: Say): Promise<void> {
  const { bootstrapped } = await listMigrations(db)
  if (!bootstrapped) throw new CommandError('The database is empty: run "holdfast migrations bootstrap".')
  say('no pending migrations to finish')
}

async function list(db: Database, say: Say): Promise<void> {
  const { bootstrapped, executed, pending, unknown } = await listMigrations(db)
  if (!bootstrapped) {
    say('the database is empty: run "holdfast migrations bootstrap"')
    process.exitCode = NEEDS_BOOTSTRAP
    return
  }
  say(
    [
      'executed migrations:',
      ...executed.map((name) => `  ${name}${unknown.includes(name) ? ' (of a newer version)' : ''}`),
    ].join('\n'),
  )
  if (pending.length === 0) return
  say(
    [
      'new migrations available:',
      ...pending.map((name) => `  ${name}`),
      'run "holdfast migrations up" to apply them',
    ].join('\n'),
  )
  process.exitCode = NEEDS_UP
}

async function reset(db: Database, say: Say, options: MigrationOptions): Promise<void> {
  if (options.yes !== true && !(await confirm())) {
    say('cancelled')
    return
  }
  const { bootstrapped } = await listMigrations(db)
  await resetMigrations(db)
  say(bootstrapped ? 'the database is empty now' : 'the database was already empty')
}

async function confirm(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new CommandError('There is no terminal to ask: confirm with --yes.')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question('> Erase all configuration in the database? [y/n] ')
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}

async function onDatabase(options: MigrationOptions, use: (db: Database) => Promise<void>): Promise<void> {
  const { settings, warnings } = loadFrom(options)
  for (const warning of warnings) console.error(`warning: ${warning}`)
  if (settings.database === 'off') throw new CommandError('database: there is nothing to migrate with database = off')
  const embedded = await startEmbedded(settings)
  try {
    await withDatabase(settings, embedded, createLog({ ...settings, log_level: 'error' }), use)
  } finally {
    await embedded?.stop()
  }
}

async function startEmbedded(settings: Settings): Promise<Awaited<ReturnType<typeof startPostgres>> | undefined> {
  if (settings.database !== 'embedded') return undefined
  makePrefix(settings.prefix)
  return startPostgres({ folder: join(settings.prefix, 'postgres'), attach: true })
}
