import { fieldsWithDefaults } from './default-fields.ts'
import type { Structure } from './field.ts'
import { isRow, own } from './values.ts'

/**
 * A stored row as its readers see it. Where a client stored null over a default, the default holds again; and a row written before
 * a field existed gets the field. The row itself is returned where nothing is missing.
 */
export function withDefaults<R extends object>(structure: Structure, row: R): R {
  const changes: Record<string, unknown> = {}
  let changed = false
  for (const [name, field] of fieldsWithDefaults(structure)) {
    const stored = own(row as { readonly [field: string]: unknown }, name)
    const value = stored ?? field.default ?? (field.type === 'record' && field.required ? {} : null)
    const full = field.type === 'record' && !field.abstract && isRow(value) ? withDefaults(field, value) : value
    if (full === stored) continue
    changes[name] = full
    changed = true
  }
  return changed ? { ...row, ...changes } : row
}
