/** The tables that the entity definitions ask for. Migrations are written by hand; a test proves that both agree. */
import type { Entity } from '@holdfast/entities'
import { type Table, EXPIRY, tableOf } from './table.ts'

/** The only workspace there is so far, and its name. */
export const DEFAULT_WORKSPACE = { id: '00000000-0000-4000-8000-000000000000', name: 'default' } as const

/** Statements that create one table per entity, in the order given. They need the table `workspaces`. */
export function entityDdl(entities: readonly Entity[]): string {
  return entities.map((entity) => tableDdl(tableOf(entity))).join('\n')
}

function tableDdl(table: Table): string {
  const lines = [
    ...table.columns.map((column) => {
      if (column.name === 'id') return '  id uuid primary key'
      return `  ${quoted(column.name)} ${column.type}${column.required ? ' not null' : ''}`
    }),
    `  ws_id uuid not null default '${DEFAULT_WORKSPACE.id}' constraint ${table.name}_ws_id_fkey references workspaces (id)`,
    ...table.references.map(
      (reference) =>
        `  constraint ${reference.constraint} foreign key (${reference.column}) references ${reference.to} (id)`,
    ),
    ...[...table.uniqueKeys].map(([name, key]) => {
      const columns = key.acrossWorkspaces ? key.columns : ['ws_id', ...key.columns]
      // Alone, null means "has none"; in a key of several fields it means "for all", and that only once.
      const nulls = key.columns.length > 1 ? ' nulls not distinct' : ''
      return `  constraint ${name} unique${nulls} (${columns.map(quoted).join(', ')})`
    }),
  ]
  const indexes = [
    ...table.references.map((reference) => index(table, reference.column, `(${reference.column}, id)`)),
    ...(table.columns.some((column) => column.field === 'tags') ? [index(table, 'tags', 'using gin (tags)')] : []),
    ...(table.entity.ttl === true ? [index(table, EXPIRY, `(${EXPIRY}) where ${EXPIRY} is not null`)] : []),
  ]
  return `create table ${table.name} (\n${lines.join(',\n')}\n);\n${indexes.join('\n')}\n`
}

function index(table: Table, what: string, definition: string): string {
  return `create index ${table.name}_${what}_idx on ${table.name} ${definition};`
}

function quoted(name: string): string {
  return `"${name}"`
}
