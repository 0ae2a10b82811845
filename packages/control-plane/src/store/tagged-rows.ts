/** Every tag of every row, whatever its entity. */
import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { Schema } from './foreign-keys.ts'
import { decodeOffset, encodeOffset } from './offset.ts'

export interface TaggedRow {
  readonly entity_id: string
  readonly entity_name: string
  readonly tag: string
}

export interface TaggedPage {
  readonly rows: readonly TaggedRow[]
  readonly offset: string | undefined
}

/** Ordered by the id of the row, then by the place of the tag in it. */
export async function pageOfTags(
  db: Database,
  schema: Schema,
  request: { readonly size: number; readonly offset?: string | undefined; readonly tag?: string | undefined },
): Promise<TaggedPage> {
  const limit = request.size + 1
  const position = request.offset === undefined ? undefined : decodeOffset(request.offset, ['id', 'number'])
  const after = position ? sql`(id, ordinality) > (${position[0]}::uuid, ${position[1]}::bigint)` : sql`true`
  const wanted = request.tag === undefined ? sql`true` : sql`tag = ${request.tag}`
  // Lets each table find its rows by the index on tags, or in the order of ids, and stop early.
  const candidate =
    request.tag === undefined ? sql`tags is not null` : sql`tags @> ${JSON.stringify([request.tag])}::jsonb`
  const from = position ? sql`id >= ${position[0]}::uuid` : sql`true`
  const arms = schema.tables
    .filter((table) => table.columns.some((column) => column.field === 'tags'))
    .map(
      (table) => sql`(
        select id, ${table.name}::text as entity, tag, ordinality
        from ${sql.table(table.name)}, jsonb_array_elements_text(tags) with ordinality as t (tag, ordinality)
        where ${candidate} and ${from} and ${after} and ${wanted} order by id, ordinality limit ${limit})`,
    )
  const found = await sql<{ id: string; entity: string; tag: string; ordinality: number }>`
    select id, entity, tag, ordinality from (${sql.join(arms, sql` union all `)}) as tagged
    order by id, ordinality limit ${limit}`.execute(db)
  const page = found.rows.slice(0, request.size)
  const last = page.at(-1)
  return {
    rows: page.map(({ id, entity, tag }) => ({ entity_id: id, entity_name: entity, tag })),
    offset: found.rows.length > request.size && last ? encodeOffset([last.id, last.ordinality]) : undefined,
  }
}
