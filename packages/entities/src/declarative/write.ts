import type { AnyRow } from '@holdfast/schema'
import { entities as coreEntities } from '../entities.ts'
import type { Entity } from '../entity.ts'
import type { DeclaredRow } from './read.ts'

/**
 * The declarative configuration that these rows are: a list for each entity that has any, references by id, nothing where there is
 * null. `_transform` is false because rows hold what was computed already.
 */
export function writeDeclarative(rows: Iterable<DeclaredRow>, entities: readonly Entity[] = coreEntities): AnyRow {
  const lists = new Map<string, AnyRow[]>(entities.map(({ name }) => [name, []]))
  for (const { entity, row } of rows) lists.get(entity.name)?.push(writeRow(entity, row))
  const filled = [...lists].filter(([, list]) => list.length > 0)
  return { _format_version: '3.0', _transform: false, ...Object.fromEntries(filled) }
}

function writeRow(entity: Entity, row: AnyRow): AnyRow {
  const members = Object.entries(row).filter(([name, value]) => value !== null && !entity.fields[name]?.transient)
  return Object.fromEntries(
    members.map(([name, value]) => [
      name,
      entity.fields[name]?.type === 'foreign' ? (value as { id: string }).id : withoutNulls(value),
    ]),
  )
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([name, item]) => [name, withoutNulls(item)]),
  )
}
