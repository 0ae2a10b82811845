/** Lets clients refer to a row by a unique field instead of its id: `"service": {"name": "billing"}`. */
import { type Entity, entityByName, referencesFrom } from '@holdfast/entities'
import { checkValue } from '@holdfast/schema'
import type { WireRow } from '@holdfast/sync'
import type { Reader } from '../store/reader.ts'
import { AdminRefusal, type Unresolved } from './problem.ts'

/**
 * Replaces such references by ids. One that has an id, or nothing to be looked up by, stays as it is.
 * @throws {AdminRefusal} `foreign_keys_unresolved`
 */
export async function resolveForeignKeys(reader: Reader, entity: Entity, input: WireRow): Promise<WireRow> {
  const resolved: Record<string, unknown> = { ...input }
  const unresolved: Unresolved[] = []
  for (const { field, to } of referencesFrom(entity)) {
    const value = input[field]
    const target = entityByName(to)
    if (!target || typeof value !== 'object' || value === null || 'id' in value) continue
    const outcome = await lookUp(reader, field, target, value as WireRow)
    if ('id' in outcome) resolved[field] = { id: outcome.id }
    else unresolved.push(...outcome.tried)
  }
  if (unresolved.length > 0) throw new AdminRefusal({ kind: 'foreign_keys_unresolved', unresolved })
  return resolved
}

async function lookUp(
  reader: Reader,
  field: string,
  target: Entity,
  value: WireRow,
): Promise<{ readonly id: unknown } | { readonly tried: Unresolved[] }> {
  const tried: Unresolved[] = []
  for (const [by, definition] of Object.entries(target.fields)) {
    const wanted = value[by]
    if (definition.unique !== true || wanted === undefined || wanted === null) continue
    if (checkValue(target, by, wanted) !== undefined) continue
    const row = await reader.find(target.name, { [by]: wanted })
    if (row) return { id: row['id'] }
    tried.push({ field, by, value: wanted, entity: target.name })
  }
  return { tried }
}
