import type { Structure } from './field.ts'
import { isRow, own } from './values.ts'
import type { AnyRow } from './values.ts'

/** The row with changes laid over it: records member by member, everything else as a whole. */
export function mergeChanges(structure: Structure, row: AnyRow, changes: AnyRow): AnyRow {
  const merged: Record<string, unknown> = { ...row, ...changes }
  for (const [name, field] of Object.entries(structure.fields)) {
    const change = own(changes, name)
    const present = own(row, name)
    if (change === undefined) {
      if (present !== undefined) merged[name] = present
    } else if (field.type === 'record' && !field.abstract && isRow(change) && isRow(present))
      merged[name] = mergeChanges(field, present, change)
  }
  return merged
}
