import { isDeepStrictEqual } from 'node:util'
import { findsRegex } from './regex.ts'
import { isRow } from './values.ts'

/**
 * Checks a value against a JSON schema of draft 4, as far as describing a configuration goes: `type`, `enum`, numeric and length
 * limits, `pattern`, `items`, `properties`, `required`, `additionalProperties`, `allOf`, `anyOf`, `oneOf`, `not`. Answers what is wrong
 * first, or undefined.
 */
export function checkJsonSchema(value: unknown, schema: unknown): string | undefined {
  if (!isRow(schema)) return undefined
  const given = value === undefined ? null : value
  const { type, enum: options } = schema
  if (type !== undefined) {
    const names = Array.isArray(type) ? type : [type]
    if (!names.some((name) => hasType(given, name)))
      return names.length === 1
        ? `wrong type: expected ${String(names[0])}, got ${typeName(given)}`
        : `wrong type: expected one of ${names.join(', ')}, got ${typeName(given)}`
  }
  if (Array.isArray(options) && !options.some((option) => isDeepStrictEqual(option, given)))
    return 'matches none of the enum values'
  return (
    (typeof given === 'number' ? checkNumber(given, schema) : undefined) ??
    (typeof given === 'string' ? checkLength([...given].length, schema, 'minLength', 'maxLength') : undefined) ??
    (typeof given === 'string' ? checkPattern(given, schema.pattern) : undefined) ??
    (Array.isArray(given) ? checkArray(given, schema) : undefined) ??
    (isRow(given) ? checkObject(given, schema) : undefined) ??
    checkCombinations(given, schema)
  )
}

type SchemaObject = { readonly [keyword: string]: unknown }

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value
}

function hasType(value: unknown, name: unknown): boolean {
  return name === 'integer' ? Number.isInteger(value) : typeName(value) === name
}

function checkNumber(value: number, { minimum, maximum, multipleOf, ...schema }: SchemaObject): string | undefined {
  if (typeof minimum === 'number' && (value < minimum || (schema.exclusiveMinimum === true && value === minimum)))
    return `expected ${value} to be at least ${minimum}`
  if (typeof maximum === 'number' && (value > maximum || (schema.exclusiveMaximum === true && value === maximum)))
    return `expected ${value} to be at most ${maximum}`
  if (typeof multipleOf === 'number' && !Number.isInteger(value / multipleOf))
    return `expected ${value} to be a multiple of ${multipleOf}`
  return undefined
}

function checkLength(length: number, schema: SchemaObject, least: string, most: string): string | undefined {
  const [from, to] = [schema[least], schema[most]]
  if (typeof from === 'number' && length < from) return `expected at least ${from}, got ${length}`
  if (typeof to === 'number' && length > to) return `expected at most ${to}, got ${length}`
  return undefined
}

function checkPattern(text: string, pattern: unknown): string | undefined {
  if (typeof pattern !== 'string' || findsRegex(text, pattern)) return undefined
  return `expected ${JSON.stringify(text)} to match ${pattern}`
}

function checkArray(list: readonly unknown[], schema: SchemaObject): string | undefined {
  for (const [index, item] of list.entries()) {
    const rule = Array.isArray(schema.items) ? schema.items[index] : schema.items
    const wrong = checkJsonSchema(item, rule)
    if (wrong) return `failed to validate item ${index + 1}: ${wrong}`
  }
  return checkLength(list.length, schema, 'minItems', 'maxItems')
}

function checkObject(object: SchemaObject, schema: SchemaObject): string | undefined {
  const properties = isRow(schema.properties) ? schema.properties : {}
  for (const name of Array.isArray(schema.required) ? schema.required : [])
    if (!Object.hasOwn(object, String(name))) return `property ${String(name)} is required`
  for (const [name, item] of Object.entries(object)) {
    const known = Object.hasOwn(properties, name)
    if (!known && schema.additionalProperties === false) return `additional property ${name} is not allowed`
    const wrong = checkJsonSchema(item, known ? properties[name] : schema.additionalProperties)
    if (wrong) return `property ${name} validation failed: ${wrong}`
  }
  return checkLength(Object.keys(object).length, schema, 'minProperties', 'maxProperties')
}

function checkCombinations(value: unknown, schema: SchemaObject): string | undefined {
  const fitting = (list: readonly unknown[]) => list.filter((rule) => checkJsonSchema(value, rule) === undefined).length
  if (Array.isArray(schema.allOf) && fitting(schema.allOf) < schema.allOf.length)
    return 'does not match all of the rules'
  if (Array.isArray(schema.anyOf) && fitting(schema.anyOf) === 0) return 'does not match any of the rules'
  if (Array.isArray(schema.oneOf) && fitting(schema.oneOf) !== 1) return 'does not match exactly one of the rules'
  if (schema.not !== undefined && checkJsonSchema(value, schema.not) === undefined) return 'matches what it must not'
  return undefined
}
