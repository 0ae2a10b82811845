/** Deletes rows whose time to live is over, as changes like any other. */
import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { Schema } from './foreign-keys.ts'
import { EXPIRY } from './table.ts'
import type { WriteTransaction } from './write-transaction.ts'

/** Per transaction, so that none of them is long. */
const BATCH = 500

type Transact = <T>(work: (transaction: WriteTransaction) => Promise<T>) => Promise<T>

/** @returns how many rows went */
export async function deleteExpired(db: Database, schema: Schema, transact: Transact): Promise<number> {
  let gone = 0
  for (const table of schema.tables.filter((candidate) => candidate.entity.ttl === true)) {
    for (;;) {
      const found = await sql<{ id: string }>`
        select id from ${sql.table(table.name)}
        where ${sql.ref(EXPIRY)} <= extract(epoch from now()) order by id limit ${BATCH}`.execute(db)
      if (found.rows.length === 0) break
      gone += await transact(async (transaction) => {
        const now = Date.now() / 1000
        let deleted = 0
        for (const { id } of found.rows) {
          // Somebody may have given it more time meanwhile.
          const row = await transaction.lock(table.name, id)
          const expiry = row?.[EXPIRY]
          if (typeof expiry === 'number' && expiry <= now + 1 && (await transaction.delete(table.name, id))) deleted++
        }
        return deleted
      })
      if (found.rows.length < BATCH) break
    }
  }
  return gone
}
