import type { Functions, Structure } from './field.ts'
import type { Schema, Subschema } from './schema.ts'
import { texts } from './texts.ts'
import { own } from './values.ts'
import type { AnyRow } from './values.ts'

/** Finds the subschema for a value of `subschema_key`, e.g. a plugin's by its name. */
export type SubschemaLookup = (key: string) => Subschema | undefined

/** The schema with the subschema for this row laid over it; the schema itself where there is none. */
export function resolve(schema: Schema, row: AnyRow, lookup: SubschemaLookup | undefined): Structure {
  const subschema = findSubschema(schema, row, lookup)
  return subschema ? overlay(schema, subschema) : schema
}

const overlays = new WeakMap<Subschema, WeakMap<Schema, Structure>>()

function overlay(schema: Schema, subschema: Subschema): Structure {
  let known = overlays.get(subschema)
  if (!known) overlays.set(subschema, (known = new WeakMap()))
  let structure = known.get(schema)
  if (!structure) {
    structure = {
      ...schema,
      fields: { ...schema.fields, ...subschema.fields },
      entity_checks: [...(schema.entity_checks ?? []), ...(subschema.entity_checks ?? [])],
      functions: joined(schema.functions, subschema.functions),
    }
    known.set(schema, structure)
  }
  return structure
}

function joined(outer: Functions = {}, inner: Functions = {}): Functions {
  return {
    validators: { ...outer.validators, ...inner.validators },
    checks: { ...outer.checks, ...inner.checks },
    shorthands: { ...outer.shorthands, ...inner.shorthands },
    reverse: { ...outer.reverse, ...inner.reverse },
    transforms: { ...outer.transforms, ...inner.transforms },
  }
}

function findSubschema(schema: Schema, row: AnyRow, lookup: SubschemaLookup | undefined): Subschema | undefined {
  if (schema.subschema_key === undefined) return undefined
  const find = (key: unknown) =>
    typeof key !== 'string' ? undefined : schema.subschemas ? own(schema.subschemas, key) : lookup?.(key)
  const key = own(row, schema.subschema_key)
  if (!Array.isArray(key)) return find(key)
  for (const element of key) {
    const subschema = find(element)
    if (subschema) return subschema
  }
  return undefined
}

/** Why a row has no subschema although its schema asks for one; undefined where the field itself is wrong. */
export function subschemaProblem(schema: Schema, row: AnyRow, lookup: SubschemaLookup | undefined): string | undefined {
  if (schema.subschema_key === undefined || findSubschema(schema, row, lookup)) return undefined
  const key = own(row, schema.subschema_key)
  if (key === undefined || key === null) return texts.required
  const first: unknown = Array.isArray(key) ? key[0] : key
  if (typeof first !== 'string' && first !== undefined) return undefined
  return (schema.subschema_error ?? texts.unknownSubschema).replace('%s', () => first ?? 'nil')
}
