import { hash } from 'node:crypto'
import { entities } from '@holdfast/entities'
import type { Entity } from '@holdfast/entities'
import type { WireRow } from '@holdfast/sync'

/** Index entries lead from a field's value to ids; `unique` entries hold the id as their value, `foreign` ones in their key. */
export interface IndexKeys {
  readonly unique: readonly string[]
  readonly foreign: readonly string[]
}

interface IndexedFields {
  readonly unique: readonly string[]
  readonly foreign: readonly string[]
}

/** LMDB keys end at 1978 bytes; a longer value is represented by its hash. */
const longestValue = 512

const indexed: ReadonlyMap<string, IndexedFields> = new Map(entities.map((entity) => [entity.name, fieldsOf(entity)]))

/** Changes when other fields are indexed than before, so that an older replica's indexes are built anew. */
export function indexDefinition(): string {
  return hash('sha256', JSON.stringify([...indexed].toSorted(([a], [b]) => (a < b ? -1 : 1))), 'hex').slice(0, 32)
}

export function indexKeys(entity: string, id: string, row: WireRow): IndexKeys {
  const fields = indexed.get(entity)
  if (!fields) return { unique: [], foreign: [] }
  return {
    unique: fields.unique.flatMap((field) => {
      const value = row[field]
      return value === null || value === undefined ? [] : [uniqueKey(entity, field, String(value))]
    }),
    foreign: fields.foreign.flatMap((field) => {
      const parent = parentId(row, field)
      return parent === undefined ? [] : [`${foreignPrefix(entity, field, parent)}${id}`]
    }),
  }
}

export function rowKey(entity: string, id: string): string {
  return `${entity}/${id}`
}

export function uniqueKey(entity: string, field: string, value: string): string {
  const short = value.length <= longestValue ? `=${value}` : `#${hash('sha256', value, 'hex')}`
  return `${entity}/${field}/${short}`
}

export function foreignPrefix(entity: string, field: string, parent: string): string {
  return `${entity}/${field}/${parent}/`
}

/** Every key that begins with the prefix is below this one. The prefix ends with `/`, whose successor is `0`. */
export function prefixEnd(prefix: string): string {
  return `${prefix.slice(0, -1)}0`
}

/** The id that a foreign field refers to. */
export function parentId(row: WireRow, field: string): string | undefined {
  const value = row[field]
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined
  return typeof value.id === 'string' ? value.id : undefined
}

function fieldsOf(entity: Entity): IndexedFields {
  const fields = Object.entries(entity.fields)
  return {
    unique: fields.filter(([, field]) => field.unique === true).map(([name]) => name),
    foreign: fields.filter(([, field]) => field.type === 'foreign').map(([name]) => name),
  }
}
