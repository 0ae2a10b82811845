// What the subcommands of `holdfast migrations` do.
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import {
  bootstrapMigrations,
  listMigrations,
  resetMigrations,
  upMigrations,
  type Database,
} from '@holdfast/control-plane/store'
import { CommandError } from '../command-error.ts'
import { createLog } from '../log.ts'
import { startPostgres } from '../postgres/index.ts'
import type { LoadedSettings } from '../settings/load.ts'
import type { Settings } from '../settings/properties.ts'
import { newerLayout, withDatabase } from './database.ts'
import { makePrefix } from './run-file.ts'

export type Migration = 'bootstrap' | 'up' | 'finish' | 'list' | 'reset'

export interface MigrateOptions {
  readonly yes?: boolean
  readonly quiet?: boolean
  readonly force?: boolean
}

type Say = (line: string) => void
/** Kong's exit codes of `list`, which scripts test. */
const NEEDS_BOOTSTRAP = 3
const NEEDS_UP = 5

const steps: Readonly<Record<Migration, (db: Database, say: Say, options: MigrateOptions) => Promise<void>>> = {
  bootstrap,
  up,
  finish,
  list,
  reset,
}

/** @throws CommandError */
export async function migrate(
  name: Migration,
  { settings, warnings }: LoadedSettings,
  options: MigrateOptions,
): Promise<void> {
  for (const warning of warnings) console.error(`warning: ${warning}`)
  if (settings.database === 'off') throw new CommandError('database: there is nothing to migrate with database = off')
  const embedded = await startEmbedded(settings)
  try {
    const say = options.quiet === true ? () => {} : console.log
    const log = createLog({ ...settings, log_level: 'error' })
    await withDatabase(settings, embedded, log, (db) => steps[name](db, say, options))
  } finally {
    await embedded?.stop()
  }
}

async function bootstrap(db: Database, say: Say, options: MigrateOptions): Promise<void> {
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

async function reset(db: Database, say: Say, options: MigrateOptions): Promise<void> {
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

async function startEmbedded(settings: Settings): Promise<Awaited<ReturnType<typeof startPostgres>> | undefined> {
  if (settings.database !== 'embedded') return undefined
  makePrefix(settings.prefix)
  return startPostgres({ folder: join(settings.prefix, 'postgres'), attach: true })
}
