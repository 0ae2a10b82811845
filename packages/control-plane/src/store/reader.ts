/** Reading rows, inside a transaction or outside of one. */
import type { WireRow } from '@holdfast/sync'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from './database.ts'
import type { Schema } from './foreign-keys.ts'
import { decodeOffset, encodeOffset } from './offset.ts'
import { EXPIRY, type Table, decodeRow } from './table.ts'

export interface Reader {
  /** `id` must be a UUID. A row whose time to live is over is not there. */
  get(entity: string, id: string): Promise<WireRow | undefined>
  /** The row with these values in fields that are unique together; foreign fields as `{ id }`. */
  find(entity: string, values: Readonly<Record<string, unknown>>): Promise<WireRow | undefined>
  page(entity: string, request: PageRequest): Promise<Page>
  /** All rows that refer to one of these ids by this foreign field, ordered by id. */
  children(entity: string, field: string, ids: readonly string[]): Promise<WireRow[]>
  /** The first row, by id, whose list in this field has the element. */
  containing(entity: string, field: string, element: string): Promise<WireRow | undefined>
}

export interface PageRequest {
  readonly size: number
  readonly offset?: string | undefined
  /** Only rows that refer to this id by this foreign field. */
  readonly parent?: { readonly field: string; readonly id: string } | undefined
  readonly tags?: TagFilter | undefined
  /** By id unless said otherwise; `newest`: the latest created first. */
  readonly order?: 'id' | 'newest' | undefined
}

export interface TagFilter {
  readonly match: 'all' | 'any'
  readonly tags: readonly string[]
}

export interface Page {
  readonly rows: readonly WireRow[]
  /** Leads to the next page; absent on the last. */
  readonly offset: string | undefined
}

export function createReader(db: Database, schema: Schema): Reader {
  async function select(table: Table, conditions: readonly Condition[], tail: RawBuilder<unknown>): Promise<WireRow[]> {
    const where = sql.join([...conditions, ...alive(table)], sql` and `)
    const found = await sql<Record<string, unknown>>`
      select ${columnList(table)} from ${sql.table(table.name)} where ${where} ${tail}`.execute(db)
    return found.rows.map((record) => decodeRow(table, record))
  }

  return {
    async get(entity, id) {
      const [row] = await select(schema.table(entity), [sql`id = ${id}`], sql``)
      return row
    },

    async find(entity, values) {
      const table = schema.table(entity)
      const conditions = Object.entries(values).map(([field, value]) => {
        const column = table.columns.find((candidate) => candidate.field === field)
        if (!column) throw new Error(`${entity} has no field ${field}`)
        const plain = column.kind === 'foreign' ? (value as { readonly id: string }).id : value
        return sql<boolean>`${sql.ref(column.name)} = ${plain}`
      })
      const [row] = await select(table, conditions, sql`limit 1`)
      return row
    },

    async page(entity, request) {
      const table = schema.table(entity)
      const newest = request.order === 'newest'
      const conditions: Condition[] = [sql`true`]
      if (request.offset !== undefined) {
        const position = decodeOffset(request.offset, newest ? ['number', 'id'] : ['id'])
        conditions.push(
          newest
            ? sql`(created_at, id) < (${position[0]}::double precision, ${position[1]}::uuid)`
            : sql`id > ${position[0]}::uuid`,
        )
      }
      if (request.parent) conditions.push(sql`${sql.ref(`${request.parent.field}_id`)} = ${request.parent.id}`)
      if (request.tags) conditions.push(tagged(request.tags))
      const order = newest ? sql`order by created_at desc, id desc` : sql`order by id`
      // One more than asked for tells whether there is a next page.
      const found = await select(table, conditions, sql`${order} limit ${request.size + 1}`)
      const rows = found.slice(0, request.size)
      const last = rows.at(-1)
      const position = newest ? [last?.['created_at'] as number, last?.['id'] as string] : [last?.['id'] as string]
      return { rows, offset: found.length > request.size ? encodeOffset(position) : undefined }
    },

    children: (entity, field, ids) =>
      select(schema.table(entity), [sql`${sql.ref(`${field}_id`)} = any(${ids}::uuid[])`], sql`order by id`),

    async containing(entity, field, element) {
      const contains = sql`${sql.ref(field)} @> ${JSON.stringify([element])}::jsonb`
      const [row] = await select(schema.table(entity), [contains], sql`order by id limit 1`)
      return row
    },
  }
}

type Condition = RawBuilder<unknown>

export function columnList(table: Table): RawBuilder<unknown> {
  return sql.join(table.columns.map((column) => sql.ref(column.name)))
}

function alive(table: Table): Condition[] {
  if (table.entity.ttl !== true) return []
  return [sql`(${sql.ref(EXPIRY)} is null or ${sql.ref(EXPIRY)} > extract(epoch from now()))`]
}

function tagged(filter: TagFilter): Condition {
  if (filter.match === 'all') return sql`tags @> ${JSON.stringify(filter.tags)}::jsonb`
  // Written out because `?|` would read as a parameter to some, and each part can use the index.
  return sql`(${sql.join(
    filter.tags.map((tag) => sql`tags @> ${JSON.stringify([tag])}::jsonb`),
    sql` or `,
  )})`
}
