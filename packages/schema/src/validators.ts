import type { Field, FieldMatch, Functions, PatternRule } from './field.ts'
import { matchesLuaPattern } from './lua-pattern.ts'
import { functionNamed } from './scope.ts'
import type { Scope } from './scope.ts'
import { quotedList, texts } from './texts.ts'
import { isRegex } from './regex.ts'

/** Every attribute that a field of some type may have. */
export interface AnyAttributes extends Omit<FieldMatch, 'elements'> {
  readonly type?: Field['type']
  readonly required?: boolean
  readonly abstract?: boolean
  readonly referenceable?: boolean
  readonly elements?: Field
  readonly keys?: Field
  readonly values?: Field
  readonly reference?: string
  readonly timestamp?: boolean
  readonly uuid?: boolean
  readonly is_regex?: boolean
  readonly match_all?: readonly PatternRule[]
  readonly match_any?: { readonly patterns: readonly string[]; readonly err: string }
  readonly custom_validator?: string
  readonly mutually_exclusive_subsets?: readonly (readonly string[])[]
}

// The values have been checked for their type before a validator sees them.
type Value = never
type Validator<A> = (value: Value, argument: A, scope: Scope) => string | undefined
type Validators = { readonly [K in keyof AnyAttributes]?: Validator<NonNullable<AnyAttributes[K]>> }

/** Bytes of a text, elements of a list, entries of a map. */
function lengthOf(value: unknown): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : Object.keys(value as object).length
}

/** In the order in which they are tried; the first that objects decides the text. */
const validators: Validators = {
  eq: (value: unknown, wanted) => (value === wanted ? undefined : texts.equal(wanted)),
  ne: (value: unknown, refused) => (value !== refused ? undefined : texts.notEqual(value)),
  not_one_of: (value: unknown, options) => (options.includes(value) ? texts.notOneOf(options) : undefined),
  one_of: (value: unknown, options) => (options.includes(value) ? undefined : texts.oneOf(options)),
  gt: (value: number, limit) => (value > limit ? undefined : texts.greater(limit)),
  timestamp: (value: number) => (value > 0 ? undefined : texts.timestamp),
  uuid: (value: string) =>
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value) ? undefined : texts.uuid,
  is_regex: (value: string) => (isRegex(value) ? undefined : texts.notRegex(value)),
  between: (value: number, [least, most]) => (value >= least && value <= most ? undefined : texts.between(least, most)),
  len_eq: (value: unknown, length) => (lengthOf(value) === length ? undefined : texts.lengthEqual(length)),
  len_min: (value: unknown, length) => (lengthOf(value) >= length ? undefined : texts.lengthAtLeast(length)),
  len_max: (value: unknown, length) => (lengthOf(value) <= length ? undefined : texts.lengthAtMost(length)),
  starts_with: (value: string, start) => (value.startsWith(start) ? undefined : texts.startsWith(start)),
  not_match: (value: string, pattern) => (matchesLuaPattern(value, pattern) ? texts.invalid(value) : undefined),
  match_none: (value: string, rules) => rules.find((rule) => matchesLuaPattern(value, rule.pattern))?.err,
  match: (value: string, pattern) => (matchesLuaPattern(value, pattern) ? undefined : texts.invalid(value)),
  match_all: (value: string, rules) => rules.find((rule) => !matchesLuaPattern(value, rule.pattern))?.err,
  match_any: (value: string, { patterns, err }) =>
    patterns.some((pattern) => matchesLuaPattern(value, pattern)) ? undefined : err,
  contains: (value: readonly unknown[], wanted) => (value.includes(wanted) ? undefined : texts.contains(wanted)),
  custom_validator: (value: unknown, name, scope) =>
    (functionNamed(scope, 'validators', name) as NonNullable<Functions['validators']>[string])(value),
  mutually_exclusive_subsets: (value: readonly unknown[], subsets) => {
    const touched = new Set<readonly string[]>()
    for (const element of value) {
      const subset = subsets.find((candidate) => candidate.some((member) => member === element))
      if (subset) touched.add(subset)
    }
    return touched.size > 1 ? texts.exclusiveSets(quotedList([...touched])) : undefined
  },
}
const inOrder = Object.entries(validators) as [keyof AnyAttributes, Validator<unknown>][]

/** The text of the first validator that objects to the value. */
export function runValidators(field: AnyAttributes, value: unknown, scope: Scope): string | undefined {
  for (const [name, validate] of inOrder) {
    // Empty texts are refused unless the field says otherwise.
    const argument = name === 'len_min' && field.type === 'string' ? (field.len_min ?? 1) : field[name]
    if (argument === undefined || argument === false) continue
    const objection = validate(value as Value, argument, scope)
    if (objection !== undefined) return field.err ?? objection
  }
  return undefined
}
