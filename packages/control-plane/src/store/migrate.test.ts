import { entities } from '@holdfast/entities'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestPostgres, startPostgres } from '../../../../test/support/postgres.ts'
import type { DatabaseConfig } from '../config.ts'
import { type Database, openDatabase } from './database.ts'
import { entityDdl } from './ddl.ts'
import { bootstrapMigrations, listMigrations, resetMigrations, upMigrations } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { openTestStore, silent } from './testing.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.remove())

async function withDatabase<T>(work: (db: Database, config: DatabaseConfig) => Promise<T>): Promise<T> {
  const config = await postgres.createDatabase()
  const db = openDatabase(config, silent)
  try {
    return await work(db, config)
  } finally {
    await db.destroy()
  }
}

/** Columns, constraints and indexes of these tables as PostgreSQL itself describes them. */
async function layout(db: Database, tables: readonly string[]): Promise<unknown> {
  const columns = await sql`
    select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
    where table_schema = current_schema() and table_name = any(${tables}) order by 1, 2`.execute(db)
  const constraints = await sql`
    select conrelid::regclass::text as table_name, conname, pg_get_constraintdef(oid) as definition from pg_constraint
    where conrelid::regclass::text = any(${tables}) order by 1, 2`.execute(db)
  const indexes = await sql`
    select tablename, indexname, indexdef from pg_indexes
    where schemaname = current_schema() and tablename = any(${tables}) order by 1, 2`.execute(db)
  return { columns: columns.rows, constraints: constraints.rows, indexes: indexes.rows }
}

describe('migrations', () => {
  test('from zero they make the tables that the entity definitions ask for', async () => {
    const tables = entities.map((entity) => entity.name)
    const migrated = await withDatabase(async (db) => {
      await bootstrapMigrations(db)
      return layout(db, tables)
    })
    const derived = await withDatabase(async (db) => {
      await sql`create table workspaces (id uuid primary key)`.execute(db)
      await sql.raw(entityDdl(entities)).execute(db)
      return layout(db, tables)
    })
    expect(migrated).toEqual(derived)
  })

  test('four control planes may bootstrap at once', async () => {
    await withDatabase(async (_, config) => {
      const databases = Array.from({ length: 4 }, () => openDatabase(config, silent))
      const applied = await Promise.all(databases.map((each) => bootstrapMigrations(each)))
      expect(applied.flat()).toEqual(migrations.map((migration) => migration.name))
      await Promise.all(databases.map((each) => each.destroy()))
    })
  })

  test('list tells what is pending, up refuses an empty database, reset leaves foreign tables', async () => {
    await withDatabase(async (db) => {
      const names = migrations.map((migration) => migration.name)
      expect(await listMigrations(db)).toEqual({ bootstrapped: false, executed: [], pending: names, unknown: [] })
      await expect(upMigrations(db)).rejects.toThrow('holdfast migrations bootstrap')
      await bootstrapMigrations(db)
      await sql`create table not_ours (n int)`.execute(db)
      await sql`insert into schema_migrations (name) values ('999-later')`.execute(db)
      expect(await listMigrations(db)).toEqual({
        bootstrapped: true,
        executed: [...names, '999-later'],
        pending: [],
        unknown: ['999-later'],
      })
      expect(await upMigrations(db)).toEqual([])
      await resetMigrations(db)
      expect((await listMigrations(db)).bootstrapped).toBe(false)
      const left = await sql<{ tablename: string }>`
        select tablename from pg_tables where schemaname = current_schema()`.execute(db)
      expect(left.rows.map((row) => row.tablename)).toEqual(['not_ours'])
    })
  })

  test('each migration names every table that it creates', async () => {
    await withDatabase(async (db) => {
      await bootstrapMigrations(db)
      const present = await sql<{ tablename: string }>`
        select tablename from pg_tables where schemaname = current_schema()`.execute(db)
      const named = ['schema_migrations', ...migrations.flatMap((migration) => migration.tables)]
      expect(present.rows.map((row) => row.tablename).toSorted()).toEqual(named.toSorted())
    })
  })

  test('tables lie in the schema that is configured', async () => {
    await withDatabase(async (db, config) => {
      await sql`create schema "odd name"`.execute(db)
      const inSchema = { ...config, schema: 'odd name' }
      const other = openDatabase(inSchema, silent)
      await bootstrapMigrations(other)
      await other.destroy()
      expect((await listMigrations(db)).bootstrapped).toBe(false)
      const store = await openTestStore(inSchema)
      expect((await store.log.head()).revision).toBe(0)
      await store.close()
    })
  })
})
