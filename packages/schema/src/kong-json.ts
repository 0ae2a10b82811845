import type { Field, Structure } from './field.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

// Ours alone, or names of functions: Kong's JSON has neither.
const hidden = new Set([
  'description',
  'examples',
  'custom_validator',
  'func',
  'fn',
  'functions',
  'indexed',
  'legacy',
  'nilable',
  'reverse_mapping_function',
])

/** The answer of `/schemas/…`: Kong's JSON of a schema, a plugin's subschema or a vault's. */
export function toKongJson(structure: Structure): { fields: Json; entity_checks: Json } {
  return {
    fields: fieldList(structure.fields),
    entity_checks: plain(structure.entity_checks ?? []),
  }
}

function fieldList(fields: { readonly [name: string]: Field }): Json {
  return Object.entries(fields).map(([name, field]) => ({ [name]: fieldJson(field) }))
}

function fieldJson(field: Field): Json {
  const json: { [key: string]: Json } = {}
  for (const [name, value] of Object.entries(field)) {
    if (hidden.has(name) || value === undefined) continue
    if (name === 'fields' || name === 'shorthand_fields') {
      // What fills an abstract field is elsewhere.
      if (!field.abstract) json[name] = fieldList(value as Structure['fields'])
    } else if (name === 'elements' || name === 'keys' || name === 'values') json[name] = fieldJson(value as Field)
    else json[name] = plain(value)
  }
  return json
}

function plain(value: unknown): Json {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value as Json
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => !hidden.has(name) && item !== undefined)
      .map(([name, item]) => [name, plain(item)]),
  )
}
