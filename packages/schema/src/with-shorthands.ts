import type { Structure } from './field.ts'
import { enter } from './scope.ts'
import type { Scope } from './scope.ts'
import { replacementValue } from './shorthands.ts'
import { isRow } from './values.ts'
import type { AnyRow } from './values.ts'

/** A row as the Admin API shows it: deprecated members are repeated beside those that replaced them, for old clients. */
export function withShorthands(structure: Structure, row: AnyRow): AnyRow {
  return show(structure, row, { functions: [], updating: false, now: () => 0, entity: undefined })
}

function show(structure: Structure, row: AnyRow, outer: Scope): AnyRow {
  const scope = enter(outer, structure)
  const shown: Record<string, unknown> = { ...row }
  for (const [name, field] of Object.entries(structure.fields)) {
    const value = shown[name]
    if (field.type === 'record' && isRow(value)) shown[name] = show(field, value, scope)
  }
  for (const [name, shorthand] of Object.entries(structure.shorthand_fields ?? {})) {
    const replacement = shorthand.deprecation?.replaced_with?.[0]
    if (replacement) shown[name] = replacementValue(replacement, row, scope) ?? null
  }
  return shown
}
