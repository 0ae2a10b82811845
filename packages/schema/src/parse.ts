import { checkField, checkStructure } from './check.ts'
import { fillStructure } from './fill.ts'
import type { Filling, Stage } from './fill.ts'
import { checkImmutable } from './immutable.ts'
import type { InferFields } from './infer.ts'
import { mergeChanges } from './merge.ts'
import { resolve, subschemaProblem } from './resolve.ts'
import type { SubschemaLookup } from './resolve.ts'
import type { Schema } from './schema.ts'
import type { Scope } from './scope.ts'
import { typeTexts } from './texts.ts'
import { transform } from './transform.ts'
import { maxTtl } from './typedefs.ts'
import { isRow, own } from './values.ts'
import type { AnyRow } from './values.ts'
import { addEntityViolation, isEmpty, noViolations } from './violations.ts'
import type { Violations } from './violations.ts'

export interface ParseContext {
  /** Milliseconds since the epoch. */
  now(): number
  uuid(): string
  /** Where the schema has a `subschema_key` without subschemas of its own: the one for this value of it. */
  readonly subschema?: SubschemaLookup
  /** Entities by name, so that a reference without `id` can be judged by what it holds instead. */
  readonly entity?: (name: string) => Schema | undefined
  /** False leaves computed fields as they are given, e.g. passwords that are hashed already. */
  readonly transform?: boolean
}

/** `insert` and `upsert` take a whole row, `update` a change to `current`, the row as it is stored. */
export type ParseMode = { readonly mode: 'insert' | 'upsert' } | { readonly mode: 'update'; readonly current: AnyRow }

export type Parsed<S extends Schema> =
  | { readonly ok: true; readonly value: InferFields<S['fields']> }
  | { readonly ok: false; readonly violations: Violations }

/**
 * Turns what a client sent into a row of the schema: shorthands translated, automatic fields and defaults filled in, sets without
 * repetitions, every rule checked. Foreign fields must already refer by id. The input is never changed; nothing is thrown.
 */
export function parse<S extends Schema>(schema: S, input: unknown, context: ParseContext & ParseMode): Parsed<S> {
  if (!isRow(input)) {
    const violations = noViolations()
    addEntityViolation(violations, typeTexts.record)
    return { ok: false, violations }
  }
  const current = context.mode === 'update' ? context.current : undefined
  const scope: Scope = {
    functions: [],
    updating: current !== undefined,
    now: () => context.now(),
    entity: context.entity,
  }
  const violations = noViolations()
  const filling = (stage: Stage): Filling => ({
    stage,
    scope,
    violations,
    uuid: () => context.uuid(),
  })

  let row = fillStructure(resolve(schema, input, context.subschema), input, filling(current ? 'update' : 'insert'))
  if (!isEmpty(violations)) return { ok: false, violations }
  if (current) {
    const structure = resolve(schema, current, context.subschema)
    checkImmutable(structure, row, current, violations)
    if (!isEmpty(violations)) return { ok: false, violations }
    row = mergeChanges(structure, current, row)
    row = fillStructure(resolve(schema, row, context.subschema), row, filling('complete'))
  }

  const wrong = check(schema, row, scope, context.subschema)
  if (!isEmpty(wrong)) return { ok: false, violations: wrong }
  const kept = keepFields(schema, row)
  if (context.transform === false) return { ok: true, value: kept as InferFields<S['fields']> }
  const changed = transform(schema, kept, input, current, scope)
  if (!changed.ok) return changed
  return { ok: true, value: changed.value as InferFields<S['fields']> }
}

function check(schema: Schema, row: AnyRow, scope: Scope, lookup: SubschemaLookup | undefined): Violations {
  const key = schema.subschema_key
  if (key !== undefined) {
    const violations = noViolations()
    const wrong = subschemaProblem(schema, row, lookup) ?? checkField(schema.fields[key]!, row[key], scope)
    // Without knowing the kind of row, nothing else can be said about it.
    if (wrong !== undefined && (typeof wrong === 'string' || !subschemaIsKnown(schema, row, lookup))) {
      violations[key] = wrong
      return violations
    }
  }
  const { ttl, ...fields } = row
  if (!schema.ttl) return checkStructure(resolve(schema, row, lookup), row, scope)
  const violations = checkStructure(resolve(schema, row, lookup), fields, scope)
  const wrong = checkField({ type: 'number', between: [0, maxTtl] }, ttl ?? null, scope)
  if (wrong !== undefined) violations.ttl = wrong
  return violations
}

function subschemaIsKnown(schema: Schema, row: AnyRow, lookup: SubschemaLookup | undefined): boolean {
  return resolve(schema, row, lookup) !== schema
}

/** What the store keeps: the fields, references by id alone, and `ttl` where rows have one. */
function keepFields(schema: Schema, row: AnyRow): AnyRow {
  const kept: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(schema.fields)) {
    const value = own(row, name)
    if (value === undefined) continue
    kept[name] = field.type === 'foreign' && isRow(value) ? { id: value.id } : value
  }
  if (schema.ttl && typeof row.ttl === 'number') kept.ttl = row.ttl
  return kept
}
