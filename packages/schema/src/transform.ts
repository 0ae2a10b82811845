import type { Functions } from './field.ts'
import { quotedList, texts } from './texts.ts'
import { functionNamed, enter } from './scope.ts'
import type { Scope } from './scope.ts'
import type { Schema } from './schema.ts'
import { isNonEmpty, valueAt } from './values.ts'
import type { AnyRow } from './values.ts'
import { addEntityViolation, isEmpty, noViolations } from './violations.ts'
import type { Violations } from './violations.ts'

type Transformed =
  { readonly ok: true; readonly value: AnyRow } | { readonly ok: false; readonly violations: Violations }

/**
 * Computes fields from others before a row is stored, e.g. the hash of a password. On a change it only happens when one of the
 * inputs is in the change, or one of the fields that it needs besides gets another value.
 */
export function transform(
  schema: Schema,
  row: AnyRow,
  input: AnyRow,
  current: AnyRow | undefined,
  outer: Scope,
): Transformed {
  const scope = enter(outer, schema)
  const violations = noViolations()
  let result = row
  for (const { input: inputs, needs = [], on_write } of schema.transformations ?? []) {
    const given = inputs.filter((name) => isNonEmpty(valueAt(input, name)))
    const needsChanged =
      current !== undefined && needs.some((name) => isChanged(valueAt(input, name), valueAt(current, name)))
    if (given.length === 0 && !needsChanged) continue
    const checked = [...inputs, ...needs]
    const filled = checked.filter((name) => isNonEmpty(valueAt(needsChanged ? input : row, name)))
    if ((filled.length > 0 && filled.length < checked.length) || (given.length > 0 && given.length < inputs.length)) {
      addEntityViolation(
        violations,
        texts.mutuallyRequired(quotedList(filled.length < checked.length ? checked : inputs)),
      )
      continue
    }
    if (given.length < inputs.length) continue
    const write = functionNamed(scope, 'transforms', on_write) as NonNullable<Functions['transforms']>[string]
    result = { ...result, ...write(result) }
  }
  return isEmpty(violations) ? { ok: true, value: result } : { ok: false, violations }
}

function isChanged(given: unknown, present: unknown): boolean {
  return given !== undefined && given !== present
}
