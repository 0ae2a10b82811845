/** A consistent copy of all rows, read in pages out of one transaction that sees a single moment. */
import { sql } from 'kysely'
import type { Head, SnapshotRow } from './change-log.ts'
import type { Database } from './database.ts'
import type { Schema } from './foreign-keys.ts'
import { columnList } from './reader.ts'
import { readHead } from './revisions.ts'
import { decodeRow } from './table.ts'

const ROWS_PER_PAGE = 1000

/** See `ChangeLog.snapshot`. */
export function readSnapshot<T>(
  db: Database,
  schema: Schema,
  read: (head: Head, rows: AsyncIterable<readonly SnapshotRow[]>) => Promise<T>,
): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      // The reader writes to disk or to the network between two pages.
      await sql`set local idle_in_transaction_session_timeout = '10min'`.execute(trx)
      const head = await readHead(trx)
      return read(head, pages(trx, schema))
    })
}

/** Pages by key rather than a cursor: every statement is short, so the usual time limits hold for each. */
async function* pages(db: Database, schema: Schema): AsyncGenerator<SnapshotRow[]> {
  for (const table of schema.tables) {
    let last: string | undefined
    do {
      const after = last === undefined ? sql`true` : sql`id > ${last}::uuid`
      const found = await sql<Record<string, unknown>>`
        select ${columnList(table)} from ${sql.table(table.name)} where ${after}
        order by id limit ${ROWS_PER_PAGE}`.execute(db)
      const rows = found.rows.map((record): SnapshotRow => {
        const row = decodeRow(table, record)
        return { entity: table.name, id: row['id'] as string, row }
      })
      if (rows.length > 0) yield rows
      last = rows.length === ROWS_PER_PAGE ? rows.at(-1)?.id : undefined
    } while (last !== undefined)
  }
}
