// Kong's texts for what is wrong with a value. Clients compare them, so they are kept to the letter.
import type { FieldType } from './field.ts'

export const typeTexts: { readonly [T in Exclude<FieldType, 'any' | 'json' | 'foreign'>]: string } = {
  array: 'expected an array',
  set: 'expected a set',
  map: 'expected a map',
  record: 'expected a record',
  string: 'expected a string',
  number: 'expected a number',
  boolean: 'expected a boolean',
  integer: 'expected an integer',
}

export const texts = {
  required: 'required field missing',
  unknown: 'unknown field',
  immutable: 'immutable field cannot be updated',
  missingPrimaryKey: 'missing primary key',
  abstract: 'error in schema definition: abstract field was not specialized',
  timestamp: 'expected a valid timestamp',
  uuid: 'expected a valid UUID',
  equal: (wanted: unknown) => `value must be ${luaText(wanted)}`,
  notEqual: (value: unknown) => `value must not be ${luaText(value)}`,
  greater: (limit: number) => `value must be greater than ${luaText(limit)}`,
  between: (least: number, most: number) => `value should be between ${Math.trunc(least)} and ${Math.trunc(most)}`,
  lengthEqual: (length: number) => `length must be ${length}`,
  lengthAtLeast: (length: number) => `length must be at least ${length}`,
  lengthAtMost: (length: number) => `length must be at most ${length}`,
  invalid: (value: string) => `invalid value: ${value}`,
  startsWith: (start: string) => `should start with: ${start}`,
  contains: (wanted: unknown) => `expected to contain: ${luaText(wanted)}`,
  oneOf: (options: readonly unknown[]) => `expected one of: ${options.map(luaText).join(', ')}`,
  notOneOf: (options: readonly unknown[]) => `must not be one of: ${options.map(luaText).join(', ')}`,
  notRegex: (value: string) => `not a valid regex: ${value}`,
  exclusiveSets: (sets: string) => `these sets are mutually exclusive: ${sets}`,
  neededForCheck: 'field required for entity check',
  neededForCheckOnUpdate: 'field required for entity check when updating',
  conditional: (field: string) => `failed conditional validation given value of field '${field}'`,
  atLeastOne: (fields: string) => `at least one of these fields must be non-empty: ${fields}`,
  onlyOne: (fields: string) => `exactly one of these fields must be non-empty: ${fields}`,
  distinct: (fields: string) => `values of these fields must be distinct: ${fields}`,
  mutuallyRequired: (fields: string) => `all or none of these fields must be set: ${fields}`,
  mutuallyExclusive: (fields: string) => `only one or none of these fields must be set: ${fields}`,
  unknownSubschema: 'unknown type: %s',
  deprecatedMismatch: (old: string, oldValue: unknown, now: string, value: unknown) =>
    `both deprecated and new field are used but their values mismatch: ${old} = ${luaText(oldValue)} vs ${now} = ${luaText(value)}`,
} as const

/** Names in quotes: `'a', 'b'`; lists of names in brackets: `('a', 'b'), ('c')`. */
export function quotedList(words: readonly (string | readonly string[])[]): string {
  return words.map((word) => (typeof word === 'string' ? `'${word}'` : `(${quotedList(word)})`)).join(', ')
}

/** A value as Lua's `tostring` writes it. */
export function luaText(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}
