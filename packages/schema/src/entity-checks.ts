import type { Conditional, ConditionalAtLeastOneOf, EntityCheck, Field, Functions, Structure } from './field.ts'
import { functionNamed } from './scope.ts'
import type { Scope } from './scope.ts'
import { quotedList, texts } from './texts.ts'
import { isNonEmpty, isReference, own, valueAt, withValueAt } from './values.ts'
import type { AnyRow } from './values.ts'
import { addEntityViolation, setViolation } from './violations.ts'
import type { Violation, Violations } from './violations.ts'
import type { AnyAttributes } from './validators.ts'

/** Says what is wrong with the value of a field; conditions are fields of their own. */
type CheckField = (field: AnyAttributes, value: unknown, scope: Scope) => Violation | undefined

/** Runs the rules over several fields and adds what is wrong to `violations`. */
export function runEntityChecks(
  structure: Structure,
  row: AnyRow,
  scope: Scope,
  extent: 'whole' | 'partial',
  violations: Violations,
  checkField: CheckField,
): void {
  for (const check of structure.entity_checks ?? []) {
    const { sources, needed, withMissing, withInvalid } = conditionsOf(check)
    const given = sources.filter((name) => valueAt(row, name) !== undefined)
    if (given.some((name) => holdsReference(structure, name, row))) continue
    if (!withInvalid && sources.some((name) => Object.hasOwn(violations, name))) continue
    if (given.length === 0 && !(withMissing && extent === 'whole')) continue
    if (!withMissing) {
      const missing = needed.filter((name) => !given.includes(name) && !fieldAt(structure, name)?.nilable)
      for (const name of missing)
        setViolation(violations, name, scope.updating ? texts.neededForCheckOnUpdate : texts.neededForCheck)
      if (missing.length > 0) continue
    }
    const text = evaluate(check, structure, row, scope, violations, checkField)
    if (text !== undefined) addEntityViolation(violations, text)
  }
}

interface Conditions {
  /** Fields that the rule looks at. */
  readonly sources: readonly string[]
  /** Those without which it cannot run. */
  readonly needed: readonly string[]
  readonly withMissing: boolean
  /** Whether it runs although one of its fields is wrong by itself. */
  readonly withInvalid: boolean
}

function conditionsOf(check: EntityCheck): Conditions {
  if ('at_least_one_of' in check) return over(check.at_least_one_of, true, true)
  if ('only_one_of' in check) return over(check.only_one_of, false, true)
  if ('distinct' in check) return over(check.distinct, false, true)
  if ('mutually_required' in check) return over(check.mutually_required, true, false)
  if ('mutually_exclusive' in check) return over(check.mutually_exclusive, true, false)
  if ('mutually_exclusive_sets' in check) {
    const { set1, set2 } = check.mutually_exclusive_sets
    return over([...set1, ...set2], true, false)
  }
  if ('conditional' in check) {
    const { if_field, then_field } = check.conditional
    return { sources: [if_field, then_field], needed: [if_field], withMissing: false, withInvalid: true }
  }
  if ('conditional_at_least_one_of' in check) {
    const { if_field, then_at_least_one_of, else_then_at_least_one_of } = check.conditional_at_least_one_of
    return over([if_field, ...then_at_least_one_of, ...(else_then_at_least_one_of ?? [])], true, true)
  }
  const { field_sources, run_with_missing_fields, run_with_invalid_fields } = check.custom_entity_check
  return over(field_sources, run_with_missing_fields ?? false, run_with_invalid_fields ?? false)
}

function over(sources: readonly string[], withMissing: boolean, withInvalid: boolean): Conditions {
  return { sources, needed: sources, withMissing, withInvalid }
}

/** The text of a rule that is not met. Texts for single fields go straight into `violations`. */
function evaluate(
  check: EntityCheck,
  structure: Structure,
  row: AnyRow,
  scope: Scope,
  violations: Violations,
  checkField: CheckField,
): string | undefined {
  const filled = (names: readonly string[]) => names.filter((name) => isNonEmpty(valueAt(row, name)))
  if ('at_least_one_of' in check) {
    const names = check.at_least_one_of
    return filled(names).length > 0 ? undefined : whenUpdating(scope, texts.atLeastOne(quotedList(names)))
  }
  if ('only_one_of' in check) {
    const names = check.only_one_of
    return filled(names).length === 1 ? undefined : texts.onlyOne(quotedList(names))
  }
  if ('distinct' in check) {
    const values = filled(check.distinct).map((name) => valueAt(row, name))
    return new Set(values).size === values.length ? undefined : texts.distinct(quotedList(check.distinct))
  }
  if ('mutually_required' in check) {
    const names = check.mutually_required
    const { length } = filled(names)
    return length === 0 || length === names.length ? undefined : texts.mutuallyRequired(quotedList(names))
  }
  if ('mutually_exclusive' in check) {
    const names = check.mutually_exclusive
    return filled(names).length < 2 ? undefined : texts.mutuallyExclusive(quotedList(names))
  }
  if ('mutually_exclusive_sets' in check) {
    const first = filled(check.mutually_exclusive_sets.set1)
    const second = filled(check.mutually_exclusive_sets.set2)
    return first.length > 0 && second.length > 0
      ? texts.exclusiveSets(`(${quotedList(first)}), (${quotedList(second)})`)
      : undefined
  }
  if ('conditional' in check) return conditional(check.conditional, structure, row, scope, violations, checkField)
  if ('conditional_at_least_one_of' in check)
    return conditionalAtLeastOne(check.conditional_at_least_one_of, structure, row, scope, checkField)
  const { field_sources, fn } = check.custom_entity_check
  let seen: AnyRow = {}
  for (const name of field_sources) {
    const value = valueAt(row, name)
    if (value !== undefined) seen = withValueAt(seen, name.split('.'), value)
  }
  return (functionNamed(scope, 'checks', fn) as NonNullable<Functions['checks']>[string])(seen, scope.now())
}

function conditional(
  { if_field, if_match, then_field, then_match, then_err }: Conditional,
  structure: Structure,
  row: AnyRow,
  scope: Scope,
  violations: Violations,
  checkField: CheckField,
): string | undefined {
  if (checkField({ ...fieldAt(structure, if_field), ...if_match }, valueAt(row, if_field), scope) !== undefined)
    return undefined
  const value = valueAt(row, then_field) ?? null
  if (then_match.required && value === null) {
    setViolation(violations, then_field, texts.required)
    return texts.conditional(if_field)
  }
  const wrong = checkField({ ...fieldAt(structure, then_field), ...then_match }, value, scope)
  if (wrong === undefined) return undefined
  setViolation(violations, then_field, wrong)
  return then_err?.replaceAll('%s', if_field) ?? texts.conditional(if_field)
}

function conditionalAtLeastOne(
  check: ConditionalAtLeastOneOf,
  structure: Structure,
  row: AnyRow,
  scope: Scope,
  checkField: CheckField,
): string | undefined {
  const value = valueAt(row, check.if_field)
  if (value === undefined) return undefined
  const field = fieldAt(structure, check.if_field)
  const fails = (names: readonly string[], err: string | undefined) => {
    if (names.some((name) => isNonEmpty(valueAt(row, name)))) return undefined
    const list = quotedList(names)
    return err?.replaceAll('%s', list) ?? whenUpdating(scope, texts.atLeastOne(list))
  }
  if (checkField({ ...field, ...check.if_match }, value, scope) === undefined)
    return fails(check.then_at_least_one_of, check.then_err)
  if (check.else_match && checkField({ ...field, ...check.else_match }, value, scope) === undefined)
    return fails(check.else_then_at_least_one_of ?? [], check.else_then_err)
  return undefined
}

function whenUpdating(scope: Scope, text: string): string {
  return scope.updating ? `when updating, ${text}` : text
}

/** What a reference will stand for is not known, so rules that look at one cannot be judged. */
function holdsReference(structure: Structure, name: string, row: AnyRow): boolean {
  const field = fieldAt(structure, name)
  return field?.type === 'string' && field.referenceable === true && isReference(valueAt(row, name))
}

function fieldAt(structure: Structure, dottedPath: string): Field | undefined {
  let fields: Structure['fields'] = structure.fields
  let field: Field | undefined
  for (const name of dottedPath.split('.')) {
    field = own(fields, name)
    fields = field?.type === 'record' ? field.fields : {}
  }
  return field
}
