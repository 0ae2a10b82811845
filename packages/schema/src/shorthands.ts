import { isDeepStrictEqual } from 'node:util'
import { checkField } from './check.ts'
import type { Functions, ShorthandField, Structure } from './field.ts'
import { functionNamed } from './scope.ts'
import type { Scope } from './scope.ts'
import { texts } from './texts.ts'
import { isRow, own, valueAt, withValueAt } from './values.ts'
import type { AnyRow } from './values.ts'
import type { Violations } from './violations.ts'

/** Turns the shorthand members of a row into those that they stand for; adds what is wrong with them to `violations`. */
export function applyShorthands(structure: Structure, row: AnyRow, scope: Scope, violations: Violations): AnyRow {
  let result = row
  for (const [name, shorthand] of Object.entries(structure.shorthand_fields ?? {})) {
    const value = own(result, name)
    if (value === undefined) continue
    const wrong = checkField(shorthand, value, scope) ?? contradiction(shorthand, name, value, result, scope)
    if (wrong !== undefined) {
      violations[name] = wrong
      continue
    }
    const { [name]: _, ...rest } = result
    result = merge(rest, meaning(shorthand, value, scope), shorthand.deprecation !== undefined)
  }
  return result
}

/** The members that a value of the shorthand sets. */
function meaning(shorthand: ShorthandField, value: unknown, scope: Scope): AnyRow {
  if (shorthand.func === undefined) {
    const path = shorthand.deprecation?.replaced_with?.[0]?.path
    return path ? withValueAt({}, path, value) : {}
  }
  const translate = functionNamed(scope, 'shorthands', shorthand.func) as NonNullable<Functions['shorthands']>[string]
  return translate(value) ?? {}
}

/** A deprecated member gives way to the new one where both are set; any other shorthand overrides. */
function merge(row: AnyRow, values: AnyRow, deprecated: boolean): AnyRow {
  const result: Record<string, unknown> = { ...row }
  for (const [name, value] of Object.entries(values)) {
    const present = own(result, name)
    if (!isRow(value)) {
      if (!deprecated || present === undefined || present === null) result[name] = value
    } else if (!isRow(present)) result[name] = value
    else if (!deprecated) result[name] = { ...present, ...value }
    else {
      const kept = Object.entries(present).filter(([key, item]) => item !== null || !Object.hasOwn(value, key))
      result[name] = { ...value, ...Object.fromEntries(kept) }
    }
  }
  return result
}

/** A deprecated member and the one that replaced it may both be given only with the same value. */
function contradiction(
  shorthand: ShorthandField,
  name: string,
  value: unknown,
  row: AnyRow,
  scope: Scope,
): string | undefined {
  if (value === null) return undefined
  for (const replacement of shorthand.deprecation?.replaced_with ?? []) {
    const current = replacementValue(replacement, row, scope)
    if (current !== undefined && current !== null && current !== false && !isDeepStrictEqual(current, value))
      return texts.deprecatedMismatch(name, value, replacement.path.join('.'), current)
  }
  return undefined
}

type Replacement = NonNullable<NonNullable<ShorthandField['deprecation']>['replaced_with']>[number]

/** The value that the deprecated member would have, read from what replaced it. */
export function replacementValue(replacement: Replacement, row: AnyRow, scope: Scope): unknown {
  if (replacement.reverse_mapping_function === undefined) return valueAt(row, replacement.path)
  const reverse = functionNamed(scope, 'reverse', replacement.reverse_mapping_function)
  return (reverse as NonNullable<Functions['reverse']>[string])(row)
}
