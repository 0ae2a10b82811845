/** Stores on a fresh database each, for tests. */
import { entities } from '@holdfast/entities'
import pino from 'pino'
import type { TestPostgres } from '../../../../test/support/postgres.ts'
import type { DatabaseConfig } from '../config.ts'
import { openDatabase } from './database.ts'
import { bootstrapMigrations } from './migrate.ts'
import { type Store, type StoreOptions, openStore } from './store.ts'

export const silent = pino({ level: 'silent' })

export async function bootstrapped(postgres: TestPostgres): Promise<DatabaseConfig> {
  const config = await postgres.createDatabase()
  const db = openDatabase(config, silent)
  await bootstrapMigrations(db)
  await db.destroy()
  return config
}

export function openTestStore(config: DatabaseConfig, options: Partial<StoreOptions> = {}): Promise<Store> {
  return openStore(config, silent, { entities, expiryMs: 3_600_000, trimMs: 3_600_000, ...options })
}

/** A UUID that ends in this number. */
export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
}
