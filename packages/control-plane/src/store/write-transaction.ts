/** Writing rows inside one transaction, and keeping account of what it changes. */
import { type Change, type WireRow, canonicalText, rowHash } from '@holdfast/sync'
import { sql, type Transaction } from 'kysely'
import type { Tables } from './database.ts'
import type { Schema } from './foreign-keys.ts'
import { type Reader, columnList, createReader } from './reader.ts'
import { StoreRefusal } from './refusal.ts'
import { type Table, decodeRow, encodeRow } from './table.ts'
import { refusalOf, refuseUnstorable } from './violation.ts'

export interface WriteTransaction extends Reader {
  /** Reads a row, even one whose time is over, and keeps others from changing it until the transaction ends. */
  lock(entity: string, id: string): Promise<WireRow | undefined>
  /** Members that are no field are ignored. Answers the row as it is stored. */
  insert(entity: string, row: WireRow): Promise<WireRow>
  /** Replaces the row with the same id, which must exist. */
  update(entity: string, row: WireRow): Promise<WireRow>
  /**
   * Deletes a row and, as its foreign keys ask, those that refer to it. Answers false if it was not there.
   * @throws {StoreRefusal} `still_referenced`
   */
  delete(entity: string, id: string): Promise<boolean>
}

/** What a transaction did, for the log. */
export interface Account {
  readonly changes: readonly Change[]
  /** Sum of the hashes of new rows less those of old ones; may be negative. */
  readonly digestDelta: bigint
}

export function createWriteTransaction(
  trx: Transaction<Tables>,
  schema: Schema,
): { transaction: WriteTransaction; account: () => Account } {
  const changes: Change[] = []
  let digestDelta = 0n

  function put(table: Table, row: WireRow, old: WireRow | undefined): void {
    const id = row['id'] as string
    if (old && canonicalText(old) === canonicalText(row)) return
    digestDelta += rowHash(table.name, id, row) - (old ? rowHash(table.name, id, old) : 0n)
    changes.push({ op: 'put', entity: table.name, id, row })
  }

  async function lock(table: Table, id: string, strength: 'no key update' | 'update'): Promise<WireRow | undefined> {
    const found = await sql<Record<string, unknown>>`
      select ${columnList(table)} from ${sql.table(table.name)} where id = ${id} for ${sql.raw(strength)}`.execute(trx)
    return found.rows[0] && decodeRow(table, found.rows[0])
  }

  async function write(
    table: Table,
    row: WireRow,
    statement: (values: Map<string, unknown>) => Statement,
  ): Promise<WireRow> {
    refuseUnstorable(row)
    try {
      const written = await statement(encodeRow(table, row)).execute(trx)
      if (!written.rows[0]) throw new Error(`${table.name} ${String(row['id'])} is not there to be updated`)
      return decodeRow(table, written.rows[0])
    } catch (error) {
      throw refusalOf(error, table, row)
    }
  }

  async function update(table: Table, row: WireRow): Promise<WireRow> {
    const old = await lock(table, row['id'] as string, 'no key update')
    const stored = await write(table, row, (values) => {
      values.delete('id')
      const assignments = [...values].map(([name, value]) => sql`${sql.ref(name)} = ${value}`)
      return sql`update ${sql.table(table.name)} set ${sql.join(assignments)} where id = ${row['id']}
        returning ${columnList(table)}`
    })
    put(table, stored, old)
    return stored
  }

  /** Children first, so that each foreign key holds at every moment. */
  async function remove(table: Table, row: WireRow): Promise<void> {
    const id = row['id'] as string
    for (const { table: child, reference } of schema.referrers(table.name)) {
      const found = await sql<Record<string, unknown>>`
        select ${columnList(child)} from ${sql.table(child.name)} where ${sql.ref(reference.column)} = ${id}
        order by id for update`.execute(trx)
      const children = found.rows.map((record) => decodeRow(child, record))
      if (children.length === 0) continue
      switch (reference.onDelete) {
        case 'restrict':
          throw new StoreRefusal({ kind: 'still_referenced', entity: table.name, by: child.name })
        case 'cascade':
          for (const each of children) await remove(child, each)
          break
        case 'null':
          for (const each of children) await update(child, { ...each, [reference.field]: null })
          break
        default:
          reference.onDelete satisfies never
      }
    }
    await sql`delete from ${sql.table(table.name)} where id = ${id}`.execute(trx)
    digestDelta -= rowHash(table.name, id, row)
    changes.push({ op: 'delete', entity: table.name, id })
  }

  const transaction: WriteTransaction = {
    ...createReader(trx, schema),
    lock: (entity, id) => lock(schema.table(entity), id, 'no key update'),
    async insert(entity, row) {
      const table = schema.table(entity)
      const stored = await write(table, row, (values) => {
        const names = [...values.keys()].map((name) => sql.ref(name))
        return sql`insert into ${sql.table(entity)} (${sql.join(names)}) values (${sql.join([...values.values()])})
          returning ${columnList(table)}`
      })
      put(table, stored, undefined)
      return stored
    },
    update: (entity, row) => update(schema.table(entity), row),
    async delete(entity, id) {
      const table = schema.table(entity)
      const row = await lock(table, id, 'update')
      if (!row) return false
      await remove(table, row)
      return true
    },
  }
  return { transaction, account: () => ({ changes, digestDelta }) }
}

type Statement = ReturnType<typeof sql<Record<string, unknown>>>
