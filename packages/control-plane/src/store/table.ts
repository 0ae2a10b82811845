/** How rows of an entity lie in their table: one typed column per field, and both ways between the two forms. */
import { type Entity, referencesFrom } from '@holdfast/entities'
import type { Field } from '@holdfast/schema'
import type { WireRow } from '@holdfast/sync'

export interface Table {
  readonly entity: Entity
  readonly name: string
  /** In the order of the entity's fields; `ws_id` is not among them. */
  readonly columns: readonly Column[]
  /** Foreign fields, each with the entity it refers to. */
  readonly references: readonly Reference[]
  /** Unique keys by the name of their constraint. */
  readonly uniqueKeys: ReadonlyMap<string, UniqueKey>
}

export interface Column {
  /** Name in the database. */
  readonly name: string
  /** Name in the row. */
  readonly field: string
  readonly kind: 'plain' | 'json' | 'foreign'
  readonly type: string
  readonly required: boolean
}

export interface Reference {
  readonly field: string
  readonly column: string
  readonly to: string
  readonly onDelete: 'restrict' | 'cascade' | 'null'
  /** Name of the constraint, by which a violation is recognised. */
  readonly constraint: string
}

export interface UniqueKey {
  readonly fields: readonly string[]
  readonly columns: readonly string[]
  /** Unique in the whole database, not only in a workspace. */
  readonly acrossWorkspaces: boolean
}

/**
 * Column, and member of stored rows, that says when a row with a time to live ends: Unix seconds, null for never. It
 * travels to the data planes too, which must let the row end even while nobody tells them.
 */
export const EXPIRY = 'expires_at'

export function tableOf(entity: Entity): Table {
  const columns: Column[] = []
  for (const [field, definition] of Object.entries(entity.fields)) {
    if (definition.transient === true) continue
    const required = definition.required === true || field === 'id'
    const type = columnType(definition)
    if (definition.type === 'foreign') columns.push({ name: `${field}_id`, field, kind: 'foreign', type, required })
    else columns.push({ name: field, field, kind: type === 'jsonb' ? 'json' : 'plain', type, required })
  }
  const references = referencesFrom(entity).map(({ field, to, onDelete }) => {
    const column = `${field}_id`
    return { field, column, to, onDelete, constraint: `${entity.name}_${column}_fkey` }
  })
  if (entity.ttl === true) columns.push({ name: EXPIRY, field: EXPIRY, kind: 'plain', type: 'bigint', required: false })
  return { entity, name: entity.name, columns, references, uniqueKeys: uniqueKeys(entity, columns) }
}

function columnType(field: Field): string {
  switch (field.type) {
    case 'string':
      return field.uuid === true ? 'uuid' : 'text'
    case 'integer':
      return 'bigint'
    case 'number':
      return 'double precision'
    case 'boolean':
      return 'boolean'
    case 'foreign':
      return 'uuid'
    case 'array':
    case 'set':
    case 'map':
    case 'record':
    case 'json':
    case 'any':
      return 'jsonb'
    default:
      return field satisfies never
  }
}

function uniqueKeys(entity: Entity, columns: readonly Column[]): Map<string, UniqueKey> {
  const keys = new Map<string, UniqueKey>()
  const columnName = (field: string) => columns.find((column) => column.field === field)?.name ?? field
  for (const [field, definition] of Object.entries(entity.fields)) {
    if (definition.unique !== true) continue
    const acrossWorkspaces = definition.unique_across_ws === true
    keys.set(`${entity.name}_${field}_key`, { fields: [field], columns: [columnName(field)], acrossWorkspaces })
  }
  const together = entity.cache_key ?? []
  if (together.length > 1) {
    const key = { fields: together, columns: together.map(columnName), acrossWorkspaces: false }
    keys.set(`${entity.name}_cache_key`, key)
  }
  return keys
}

/** Reads a database record as a stored row: foreign columns become `{ id }`, `ws_id` is left out. */
export function decodeRow(table: Table, record: Readonly<Record<string, unknown>>): WireRow {
  const row: Record<string, unknown> = {}
  for (const column of table.columns) {
    const value = record[column.name] ?? null
    row[column.field] = column.kind === 'foreign' && value !== null ? { id: value } : value
  }
  return row
}

/** The column values of a row. Members that are no field are left out, missing ones become null. */
export function encodeRow(table: Table, row: WireRow): Map<string, unknown> {
  const values = new Map<string, unknown>()
  for (const column of table.columns) values.set(column.name, encodeValue(column, row[column.field]))
  return values
}

function encodeValue(column: Column, value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (column.kind === 'foreign') return (value as { readonly id: string }).id
  return column.kind === 'json' ? JSON.stringify(value) : value
}
