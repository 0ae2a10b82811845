import type { Field, AnyRow } from '@holdfast/schema'
import type { Entity } from '../entity.ts'
import { placeOf } from './items.ts'
import type { Item } from './items.ts'
import { uuidV5 } from './uuid-v5.ts'

// Kong's own namespace, so that the same file gives the same ids in both.
const namespace = 'fd02801f-0957-4a15-a55a-c8d9606f30b5'
const workspace = '*'

/**
 * The id of a row that was written without one. Where the row has a name that is unique (or fields that are unique together), Kong
 * derives the id from it and so do we. Kong draws lots for the others; we derive theirs from their place, so that reading a file
 * again changes nothing.
 */
export function idFor(item: Item): string {
  const { entity } = item
  const key = entity.cache_key ? cacheKey(item, entity.cache_key) : endpointKey(entity, item.row)
  return uuidV5(uuidV5(namespace, entity.name), key ?? `#${placeOf(item).join('/')}`)
}

function endpointKey({ endpoint_key, fields }: Entity, row: AnyRow): string | undefined {
  const value = endpoint_key === undefined ? undefined : row[endpoint_key]
  return typeof value === 'string' && fields[endpoint_key!]?.unique ? value : undefined
}

/** The fields in their order, foreign ones by the id of the row that this one is nested in or as they are written. */
function cacheKey({ entity, row, parent }: Item, fields: readonly string[]): string | undefined {
  const parts = [entity.name, workspace]
  for (const name of fields) {
    const field: Field | undefined = entity.fields[name]
    const value = row[name]
    if (typeof value === 'string') parts.push(value)
    else if (name === parent?.field) parts.push(String(parent.item.row.id))
    else if (value === undefined) {
      if (field?.required || field?.auto) return undefined
      parts.push('')
    }
  }
  return parts.join(':')
}
