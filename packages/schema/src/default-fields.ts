import type { Field, Structure } from './field.ts'

const known = new WeakMap<Structure, readonly (readonly [string, Field])[]>()

/** The fields of a structure whose readers may see another value than is stored: those with a default, and records. */
export function fieldsWithDefaults(structure: Structure): readonly (readonly [string, Field])[] {
  let fields = known.get(structure)
  if (!fields) {
    fields = Object.entries(structure.fields).filter(
      ([, field]) => field.type === 'record' || (field.default !== undefined && field.default !== null),
    )
    known.set(structure, fields)
  }
  return fields
}
