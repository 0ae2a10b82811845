// The database of a control plane: reachable and at the right layout before anything listens.
import {
  bootstrapMigrations,
  listMigrations,
  openDatabase,
  type Database,
  type MigrationState,
} from '@holdfast/control-plane/store'
import type { Logger } from 'pino'
import { CommandError } from '../command-error.ts'
import type { RunningPostgres } from '../postgres/index.ts'
import { databaseConfig } from '../settings/control-plane-config.ts'
import type { Settings } from '../settings/properties.ts'

/** Calls `use` with the database that the settings name. @throws CommandError when it cannot be reached. */
export async function withDatabase<T>(
  settings: Settings,
  embedded: RunningPostgres | undefined,
  log: Logger,
  use: (db: Database) => Promise<T>,
): Promise<T> {
  const db = openDatabase(databaseConfig(settings, embedded), log)
  try {
    return await use(db)
  } catch (error) {
    throw explainDatabaseError(error, settings)
  } finally {
    await db.destroy()
  }
}

/** An embedded database is brought to the right layout by ourselves; for one of yours you are told the command. */
export async function prepareDatabase(
  settings: Settings,
  embedded: RunningPostgres | undefined,
  log: Logger,
): Promise<void> {
  await withDatabase(settings, embedded, log, async (db) => {
    const state = await listMigrations(db)
    if (state.unknown.length > 0) throw newerLayout(state)
    if (state.bootstrapped && state.pending.length === 0) return
    if (embedded === undefined) throw new CommandError(migrationNeeded(settings, state))
    const applied = await bootstrapMigrations(db)
    log.info({ migrations: applied }, 'brought the embedded database to the layout of this version')
  })
}

export function newerLayout({ unknown }: MigrationState): CommandError {
  return new CommandError(
    `The database was migrated by a newer version (${unknown.join(', ')}): start that version, or restore a backup.`,
  )
}

function migrationNeeded(settings: Settings, { bootstrapped, pending }: MigrationState): string {
  const name = `The database "${settings.pg_database}" on ${settings.pg_host}:${settings.pg_port}`
  return bootstrapped
    ? `${name} needs ${pending.length} migration(s): run "holdfast migrations up".`
    : `${name} is empty: run "holdfast migrations bootstrap".`
}

/** PostgreSQL's and the network's codes, in words that say what to change. */
function explainDatabaseError(error: unknown, settings: Settings): unknown {
  const { pg_host: host, pg_port: port, pg_user: user, pg_database: database } = settings
  const causes = error instanceof AggregateError ? error.errors : [error]
  const code = (causes[0] as { code?: unknown }).code
  const server = `PostgreSQL at ${host}:${port}`
  const explain = (text: string) => new CommandError(text, { cause: error })
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return explain(`${server} does not answer: start it, or correct pg_host and pg_port.`)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return explain(`The host "${host}" is not known: correct pg_host.`)
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return explain(`${server} cannot be reached: correct pg_host and pg_port, or the network between.`)
    case '28P01':
    case '28000':
      return explain(`${server} refuses the user "${user}": correct pg_user and pg_password.`)
    case '3D000':
      return explain(`${server} has no database "${database}": create it, or correct pg_database.`)
    case '42501':
      return explain(
        `The user "${user}" may not change the database "${database}": grant it the right to create tables.`,
      )
    default:
      if (error instanceof Error && /timeout|terminated/i.test(error.message))
        return explain(`${server} does not answer in time (pg_timeout): ${error.message}.`)
      return error
  }
}
