import { checkMember } from './check-field.ts'
import { runEntityChecks } from './entity-checks.ts'
import type { Structure } from './field.ts'
import { enter } from './scope.ts'
import type { Scope } from './scope.ts'
import { texts } from './texts.ts'
import { own } from './values.ts'
import type { AnyRow } from './values.ts'
import { noViolations } from './violations.ts'
import type { Violations } from './violations.ts'

/** What is wrong with a row or record: field by field first, then by the rules over several fields. */
export function checkStructure(
  structure: Structure,
  row: AnyRow,
  outer: Scope,
  extent: 'whole' | 'partial' = 'whole',
): Violations {
  const scope = enter(outer, structure)
  const violations = noViolations()
  for (const name of Object.keys(row)) {
    // Kong lets this member pass unseen: it is always overwritten.
    if (name === 'updated_at' || row[name] === undefined) continue
    const field = own(structure.fields, name)
    const wrong = field ? checkMember(field, name, row, scope) : texts.unknown
    if (wrong !== undefined) violations[name] = wrong
  }
  for (const [name, field] of Object.entries(structure.fields)) {
    const value = own(row, name)
    if (field.required && (value === null || (value === undefined && extent === 'whole')))
      violations[name] = texts.required
  }
  runEntityChecks(structure, row, scope, extent, violations)
  return violations
}
