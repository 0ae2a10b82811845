import { runEntityChecks } from './entity-checks.ts'
import type { Field, RecordField, Structure } from './field.ts'
import { checkJson } from './json-field.ts'
import { enter } from './scope.ts'
import type { Scope } from './scope.ts'
import { texts, typeTexts } from './texts.ts'
import { isReference, isRow, own } from './values.ts'
import type { AnyRow } from './values.ts'
import { runValidators } from './validators.ts'
import type { AnyAttributes } from './validators.ts'
import { isEmpty, noViolations } from './violations.ts'
import type { Violation, Violations } from './violations.ts'

/**
 * What is wrong with the value of a field, or undefined. Defaults have been filled in before, so undefined is only met where a
 * rule looks at a field that is missing.
 */
export function checkField(field: AnyAttributes, value: unknown, scope: Scope): Violation | undefined {
  if (value === null) {
    if (field.ne === null) return field.err ?? texts.notEqual(null)
    if (field.eq !== undefined && field.eq !== null) return texts.equal(field.eq)
    return field.required ? texts.required : undefined
  }
  if (field.eq === null) return field.err ?? texts.equal(null)
  if (field.abstract) return texts.abstract
  if (field.type === 'json') return undefined
  const wrong = checkType(field, value, scope)
  if (wrong !== undefined) return wrong
  if (field.type === 'string' && field.referenceable && isReference(value)) return undefined
  // A record may bring the functions that its own validator names.
  return runValidators(field, value, field.type === 'record' ? enter(scope, field as RecordField) : scope)
}

function checkType(field: AnyAttributes, value: unknown, scope: Scope): Violation | undefined {
  switch (field.type) {
    case 'string':
    case 'boolean':
      return typeof value === field.type ? undefined : typeTexts[field.type]
    case 'number':
      return typeof value === 'number' && !Number.isNaN(value) ? undefined : typeTexts.number
    case 'integer':
      return Number.isInteger(value) ? undefined : typeTexts.integer
    case 'array':
    case 'set':
      return Array.isArray(value) ? checkElements(field.elements!, value, scope) : typeTexts[field.type]
    case 'map':
      if (Array.isArray(value)) return value.length === 0 ? undefined : typeTexts.string
      return isRow(value) ? checkEntries(field, value, scope) : typeTexts.map
    case 'record': {
      if (typeof value !== 'object' || value === null) return typeTexts.record
      const violations = checkStructure(field as RecordField, { ...value }, scope)
      return isEmpty(violations) ? undefined : violations
    }
    case 'foreign':
      return checkForeign(field.reference!, value, scope)
    case 'json':
    case 'any':
    case undefined:
      return undefined
  }
}

function checkElements(elements: Field, list: readonly unknown[], scope: Scope): Violation | undefined {
  const element: AnyAttributes = { ...elements, required: true }
  let violations: (Violation | null)[] | undefined
  list.forEach((value, index) => {
    const wrong = checkField(element, value, scope)
    if (wrong === undefined) return
    violations ??= []
    while (violations.length < index) violations.push(null)
    violations.push(wrong)
  })
  return violations
}

/** A map answers with the first thing that is wrong, without saying where. */
function checkEntries(field: AnyAttributes, map: AnyRow, scope: Scope): Violation | undefined {
  const keys: AnyAttributes = { ...field.keys, required: true }
  const values: AnyAttributes = { ...field.values, required: true }
  for (const [key, value] of Object.entries(map)) {
    const wrong = checkField(keys, key, scope) ?? checkField(values, value, scope)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** A reference needs a valid `id`. Where it has none, what it has instead is checked against the entity it means. */
function checkForeign(reference: string, value: unknown, scope: Scope): Violation | undefined {
  const violations = noViolations()
  const id = isRow(value) ? own(value, 'id') : undefined
  const wrong =
    id === undefined || id === false
      ? texts.missingPrimaryKey
      : id === null
        ? texts.required
        : checkField({ type: 'string', uuid: true }, id, scope)
  if (wrong === undefined) return undefined
  const entity = scope.entity?.(reference)
  if (entity && isRow(value)) {
    const inner = checkForeignRow(entity, value, scope)
    if (inner) return inner
  }
  violations.id = wrong
  return violations
}

function checkForeignRow(
  entity: Parameters<typeof checkStructure>[0],
  row: AnyRow,
  scope: Scope,
): Violation | undefined {
  const violations = checkStructure(entity, row, scope, 'partial')
  return isEmpty(violations) ? undefined : violations
}

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
  runEntityChecks(structure, row, scope, extent, violations, checkField)
  return violations
}

/** For the members of a row, which is where JSON fields can see their neighbours. */
function checkMember(field: Field, name: string, row: AnyRow, scope: Scope): Violation | undefined {
  return field.type === 'json' ? checkJson(field, name, row) : checkField(field, row[name], scope)
}
