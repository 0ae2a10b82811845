import type { Field, Structure } from './field.ts'
import { applyShorthands } from './shorthands.ts'
import { enter } from './scope.ts'
import type { Scope } from './scope.ts'
import { isRow, own } from './values.ts'
import type { AnyRow } from './values.ts'
import type { Violations } from './violations.ts'

/**
 * `insert`: missing values get defaults, automatic fields get values. `update`: only what was given is touched.
 * `complete`: missing values get defaults and nothing else happens; for a changed row after merging.
 */
export type Stage = 'insert' | 'update' | 'complete'

export interface Filling {
  readonly stage: Stage
  readonly scope: Scope
  uuid(): string
  /** What is wrong with shorthand fields; filled along the way. */
  readonly violations: Violations
}

/** A copy of the row in its full form. Members that are no fields are kept, to be refused later. */
export function fillStructure(structure: Structure, row: AnyRow, filling: Filling): AnyRow {
  const scope = enter(filling.scope, structure)
  const inside = { ...filling, scope }
  const filled: Record<string, unknown> = { ...applyShorthands(structure, row, scope, filling.violations) }
  for (const [name, field] of Object.entries(structure.fields)) {
    const given = own(filled, name)
    const value = fillField(field, field.auto ? automatic(name, field, given, filling) : given, inside)
    if (value !== undefined) filled[name] = value
  }
  return filled
}

function fillField(field: Field, given: unknown, filling: Filling): unknown {
  const value = given === undefined && filling.stage !== 'update' ? missing(field) : given
  if (field.type === 'string') return field.uuid && typeof value === 'string' ? value.toLowerCase() : value
  if (field.abstract || typeof value !== 'object' || value === null) return value
  switch (field.type) {
    case 'record':
      return isRow(value) || isEmptyList(value) ? fillStructure(field, { ...value }, filling) : value
    case 'array':
    case 'set': {
      const list = Array.isArray(value) ? value : Object.keys(value).length === 0 ? [] : undefined
      if (!list) return value
      const elements = list.map((element) => fillField(field.elements, element, filling))
      return field.type === 'set' ? [...new Set(elements)] : elements
    }
    case 'map':
      if (isEmptyList(value)) return {}
      if (!isRow(value)) return value
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, fillField(field.values, item, filling)]),
      )
    case 'foreign': {
      const id = isRow(value) ? own(value, 'id') : undefined
      return typeof id === 'string' ? { ...value, id: id.toLowerCase() } : value
    }
    default:
      return value
  }
}

// Lua knows one empty table; so a client may write `{}` for an empty list and `[]` for an empty map.
function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

function missing(field: Field): unknown {
  if (field.default !== undefined) return field.default
  if (field.nilable) return undefined
  if (!field.required) return null
  return field.type === 'record' && !field.abstract ? {} : undefined
}

function automatic(name: string, field: Field, given: unknown, { stage, scope, uuid }: Filling): unknown {
  if (stage === 'complete') return given
  const absent = given === undefined || given === null
  if (name === 'updated_at' || (name === 'created_at' && absent && stage === 'insert')) {
    if (field.type === 'integer') return Math.floor(scope.now() / 1000)
    if (field.type === 'number') return Math.floor(scope.now()) / 1000
  }
  if (!absent || stage !== 'insert' || field.type !== 'string') return given
  return field.uuid ? uuid() : uuid().replaceAll('-', '')
}
