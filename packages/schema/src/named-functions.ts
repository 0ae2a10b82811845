import { builtinFunctions } from './builtin/functions.ts'
import type { Field, Functions, Structure } from './field.ts'
import type { Transformation } from './schema.ts'

/** Names of functions that a schema uses and nobody defines, as `kind:name`. A test of every schema expects none. */
export function unknownFunctions(
  structure: Structure & { readonly transformations?: readonly Transformation[] },
  outer: readonly Functions[] = [builtinFunctions],
): string[] {
  const known = structure.functions ? [structure.functions, ...outer] : outer
  const missing: string[] = []
  const need = (kind: keyof Functions, name: string | undefined) => {
    if (name !== undefined && !known.some((functions) => functions[kind] && Object.hasOwn(functions[kind], name)))
      missing.push(`${kind}:${name}`)
  }
  const visit = (field: Field) => {
    need('validators', field.custom_validator)
    for (const replacement of field.deprecation?.replaced_with ?? [])
      need('reverse', replacement.reverse_mapping_function)
    if (field.type === 'array' || field.type === 'set') visit(field.elements)
    if (field.type === 'map') [field.keys, field.values].forEach(visit)
    if (field.type === 'record') missing.push(...unknownFunctions(field, known))
  }
  Object.values(structure.fields).forEach(visit)
  for (const shorthand of Object.values(structure.shorthand_fields ?? {})) {
    visit(shorthand)
    need('shorthands', shorthand.func)
  }
  for (const check of structure.entity_checks ?? [])
    if ('custom_entity_check' in check) need('checks', check.custom_entity_check.fn)
  for (const transformation of structure.transformations ?? []) need('transforms', transformation.on_write)
  return missing
}
