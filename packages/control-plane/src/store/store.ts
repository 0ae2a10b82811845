/** The configuration in PostgreSQL: reading it, changing it, and the log of how it changed. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Entity } from '@holdfast/entities'
import type { Revision } from '@holdfast/sync'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { DatabaseConfig } from '../config.ts'
import type { FleetStore } from '../hub/fleet-store.ts'
import type { ChangeLog } from './change-log.ts'
import { createChangeNotices } from './change-notices.ts'
import { runInBackground } from './background-task.ts'
import { type Database, openDatabase } from './database.ts'
import { deleteExpired } from './expiry.ts'
import { createFleetStore } from './fleet.ts'
import { createSchema } from './foreign-keys.ts'
import { type Reader, createReader } from './reader.ts'
import { type LogLimits, oldestRevision, readChanges, readHead, takeRevision, trimLog } from './revisions.ts'
import { readSnapshot } from './snapshot.ts'
import { type TaggedPage, pageOfTags } from './tagged-rows.ts'
import { isTransient } from './violation.ts'
import { type WriteTransaction, createWriteTransaction } from './write-transaction.ts'

export type Committed = (revision: Revision) => Promise<void>

export interface Store {
  readonly reader: Reader
  readonly log: ChangeLog
  readonly fleet: FleetStore
  /**
   * Runs `work` in one transaction, which gets one revision if it changed anything. It may be run again from the start
   * where the database asks for that, so it must not touch anything but the transaction.
   * @param committed called after the commit if there was a revision, and waited for
   * @throws {StoreRefusal} and nothing is changed
   */
  transact<T>(work: (transaction: WriteTransaction) => Promise<T>, committed?: Committed): Promise<T>
  tags(request: Parameters<typeof pageOfTags>[2]): Promise<TaggedPage>
  /** Distinct values of a text column, in order. */
  distinct(entity: string, field: string): Promise<string[]>
  /** Whether the database answers. */
  reachable(): Promise<boolean>
  close(): Promise<void>
}

export interface StoreOptions {
  readonly entities: readonly Entity[]
  readonly limits?: LogLimits
  /** How often a lost notice is made up for, in milliseconds. */
  readonly pollMs?: number
  /** How often expired rows are deleted, in milliseconds. */
  readonly expiryMs?: number
  /** How often the log is trimmed, in milliseconds. */
  readonly trimMs?: number
}

/** A day lets a data plane that was away over night catch up without a snapshot. */
const DEFAULT_LIMITS: LogLimits = { maxAgeMs: 24 * 3600 * 1000, maxChanges: 100_000 }
const RETRIES = 5

/** @throws when the database cannot be reached or was never bootstrapped */
export async function openStore(config: DatabaseConfig, log: Logger, options: StoreOptions): Promise<Store> {
  const db = openDatabase(config, log)
  try {
    const history = await readHistory(db)
    return createStore(db, history, config, log, options)
  } catch (error) {
    await db.destroy()
    throw error
  }
}

function createStore(db: Database, history: string, config: DatabaseConfig, log: Logger, options: StoreOptions): Store {
  const schema = createSchema(options.entities)
  const notices = createChangeNotices(config, log, options.pollMs ?? 3_000)
  const limits = options.limits ?? DEFAULT_LIMITS
  const background = [
    runInBackground('expiry', options.expiryMs ?? 1_000, () => deleteExpired(db, schema, transact), log),
    runInBackground('trimming', options.trimMs ?? 60_000, () => trimLog(db, limits), log),
  ]

  async function transact<T>(work: (transaction: WriteTransaction) => Promise<T>, committed?: Committed): Promise<T> {
    const { result, revision } = await commit(work)
    if (revision !== undefined) await committed?.(revision)
    return result
  }

  async function commit<T>(
    work: (transaction: WriteTransaction) => Promise<T>,
  ): Promise<{ result: T; revision: Revision | undefined }> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await db.transaction().execute(async (trx) => {
          const { transaction, account } = createWriteTransaction(trx, schema)
          const result = await work(transaction)
          const changed = account().changes.length > 0
          return { result, revision: changed ? await takeRevision(trx, account()) : undefined }
        })
      } catch (error) {
        if (!isTransient(error) || attempt === RETRIES) throw error
        await delay(Math.random() * 20 * 2 ** attempt)
      }
    }
  }

  return {
    reader: createReader(db, schema),
    fleet: createFleetStore(db),
    transact,
    log: {
      history,
      head: () => readHead(db),
      oldest: () => oldestRevision(db),
      changes: (from, to) => readChanges(db, from, to),
      snapshot: (read) => readSnapshot(db, schema, read),
      onCommit: (wake) => notices.subscribe(wake),
    },
    tags: (request) => pageOfTags(db, schema, request),
    async distinct(entity, field) {
      const found = await sql<{ value: string }>`
        select distinct ${sql.ref(field)} as value from ${sql.table(schema.table(entity).name)} order by 1`.execute(db)
      return found.rows.map((row) => row.value)
    },
    async reachable() {
      try {
        await sql`select 1`.execute(db)
        return true
      } catch {
        return false
      }
    },
    async close() {
      await Promise.all(background.map((task) => task.stop()))
      await notices.close()
      await db.destroy()
    },
  }
}

async function readHistory(db: Database): Promise<string> {
  const found = await sql<{ history: string }>`select history from config_head`.execute(db)
  const history = found.rows[0]?.history
  if (history === undefined) throw new Error('the database has no revision counter')
  return history
}

/**
 * Gives the database a new name for its life. To be done after a backup was restored: data planes that are ahead of the
 * backup then notice, and fetch everything anew.
 */
export async function renewHistory(db: Database): Promise<string> {
  const history = randomUUID()
  await sql`update config_head set history = ${history}`.execute(db)
  return history
}
