/** Brings a database to the layout that this version works with. */
import { sql, type Transaction } from 'kysely'
import type { Database, Tables } from './database.ts'
import { type Migration, migrations } from './migrations/index.ts'

/** Any number that nobody else uses; all control planes of a database take the same one. */
const ADVISORY_LOCK = 7_302_114_001

export interface MigrationState {
  /** Whether `bootstrap` has ever run here. */
  readonly bootstrapped: boolean
  readonly executed: readonly string[]
  readonly pending: readonly string[]
  /** Applied by a newer version than this one; the database must not be used by us. */
  readonly unknown: readonly string[]
}

/** What has been applied and what has not. */
export async function listMigrations(db: Database): Promise<MigrationState> {
  const known = migrations.map((migration) => migration.name)
  const present = await sql<{ present: boolean }>`
    select to_regclass('schema_migrations') is not null as present`.execute(db)
  if (!present.rows[0]?.present) return { bootstrapped: false, executed: [], pending: known, unknown: [] }
  const applied = await sql<{ name: string }>`select name from schema_migrations order by name`.execute(db)
  const executed = applied.rows.map((row) => row.name)
  return {
    bootstrapped: true,
    executed,
    pending: known.filter((name) => !executed.includes(name)),
    unknown: executed.filter((name) => !known.includes(name)),
  }
}

/**
 * Prepares an empty database; changes nothing where that was done before. Two control planes may do it at once.
 * @returns the names of the migrations that were applied
 */
export async function bootstrapMigrations(db: Database): Promise<string[]> {
  await refuseOldServer(db)
  return exclusively(db, async (trx) => {
    await sql`create table if not exists schema_migrations (
      name text primary key, applied_at timestamptz not null default now())`.execute(trx)
    return applyPending(trx)
  })
}

/**
 * Applies what is pending on a bootstrapped database.
 * @throws {Error} when the database was never bootstrapped
 */
export async function upMigrations(db: Database): Promise<string[]> {
  const { bootstrapped } = await listMigrations(db)
  if (!bootstrapped) throw new Error('the database is empty: run `holdfast migrations bootstrap` first')
  return exclusively(db, applyPending)
}

/** Removes every table that the migrations made, with all configuration in them. Leaves foreign tables alone. */
export async function resetMigrations(db: Database): Promise<void> {
  await exclusively(db, async (trx) => {
    for (const table of migrations.flatMap((migration) => migration.tables).toReversed()) {
      await sql`drop table if exists ${sql.table(table)} cascade`.execute(trx)
    }
    await sql`drop table if exists schema_migrations`.execute(trx)
  })
}

async function applyPending(trx: Transaction<Tables>): Promise<string[]> {
  const done = new Set(
    (await sql<{ name: string }>`select name from schema_migrations`.execute(trx)).rows.map((r) => r.name),
  )
  const pending = migrations.filter((migration) => !done.has(migration.name))
  for (const migration of pending) await apply(trx, migration)
  return pending.map((migration) => migration.name)
}

async function apply(trx: Transaction<Tables>, migration: Migration): Promise<void> {
  await sql.raw(migration.up).execute(trx)
  await sql`insert into schema_migrations (name) values (${migration.name})`.execute(trx)
}

/** One transaction under a lock that every migrating process takes first, so that the second one finds the work done. */
function exclusively<T>(db: Database, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`.execute(trx)
    return work(trx)
  })
}

async function refuseOldServer(db: Database): Promise<void> {
  const result = await sql<{ version: number }>`select current_setting('server_version_num')::int as version`.execute(
    db,
  )
  const version = result.rows[0]?.version ?? 0
  // `unique nulls not distinct` came with 15.
  if (version < 150_000) throw new Error(`PostgreSQL 15 or newer is needed; this is ${Math.floor(version / 10_000)}`)
}
