/**
 * Kong's schema language as TypeScript types. A field is a plain object in Kong's own vocabulary; where Kong holds a Lua
 * function (`custom_validator`, `func`, `fn`, …) a field holds the *name* of one, found in the `functions` of the enclosing
 * schema or among the built-in ones. Patterns are Lua patterns and stay text.
 */
export type Field =
  StringField | NumberField | BooleanField | ListField | MapField | RecordField | ForeignField | JsonField | AnyField

export type FieldType = Field['type']

/** Fields by name, in the order in which `/schemas` shows them. */
export type Fields = { readonly [name: string]: Field }

/** Attributes that every type of field may have. `D` is what a value of the field looks like. */
interface Attributes<D> {
  /** For people: what the field is for. Not part of `/schemas`. */
  readonly description?: string
  /** Null is refused. A missing value is filled from `default` first. */
  readonly required?: boolean
  /** Filled in when a value is missing on insert. `null` says "no value" explicitly, as Kong's output does. */
  readonly default?: D | null
  /** `eq: null` forbids the field; any other value is the only one allowed. */
  readonly eq?: D | null
  readonly ne?: D | null
  /** Text that replaces the text of any validator of this field. */
  readonly err?: string
  /** Name of a function that looks at the whole value. */
  readonly custom_validator?: string
  readonly unique?: boolean
  /** Unique in the whole database, not only in a workspace. */
  readonly unique_across_ws?: boolean
  /** Filled by the gateway: a UUID, a random text or the time. */
  readonly auto?: boolean
  /** Accepted when the row is made, refused when it is changed. */
  readonly immutable?: boolean
  /** Has no column of its own. */
  readonly transient?: boolean
  /** Given by a subschema (a plugin's configuration). */
  readonly abstract?: boolean
  /** May hold a vault reference `{vault://…}` in place of the value. */
  readonly referenceable?: boolean
  /** A secret: never shown in logs. */
  readonly encrypted?: boolean
  /** The store keeps an index on it. */
  readonly indexed?: boolean
  /** Kept for old clients only. */
  readonly legacy?: boolean
  /** A missing value stays missing instead of becoming null. */
  readonly nilable?: boolean
  readonly deprecation?: Deprecation
  readonly examples?: readonly unknown[]
}

export interface Deprecation {
  readonly message: string
  readonly removal_in_version: string
  /** No warning while the value is this one. */
  readonly old_default?: unknown
  readonly replaced_with?: readonly Replacement[]
}

/** Where the value of a deprecated field lives now. */
export interface Replacement {
  readonly path: readonly string[]
  /** Name of a function that computes the old value from the record; the value at `path` if absent. */
  readonly reverse_mapping_function?: string
}

/** A Lua pattern with the text that is answered when it decides against the value. */
export interface PatternRule {
  readonly pattern: string
  readonly err: string
}

interface Lengths {
  readonly len_eq?: number
  readonly len_min?: number
  readonly len_max?: number
}

export interface StringField extends Attributes<string>, Lengths {
  readonly type: 'string'
  readonly one_of?: readonly string[]
  readonly not_one_of?: readonly string[]
  readonly match?: string
  readonly not_match?: string
  readonly match_all?: readonly PatternRule[]
  readonly match_none?: readonly PatternRule[]
  readonly match_any?: { readonly patterns: readonly string[]; readonly err: string }
  readonly starts_with?: string
  readonly is_regex?: boolean
  readonly uuid?: boolean
}

export interface NumberField extends Attributes<number> {
  readonly type: 'number' | 'integer'
  readonly one_of?: readonly number[]
  readonly not_one_of?: readonly number[]
  readonly between?: readonly [least: number, most: number]
  readonly gt?: number
  /** Unix time: greater than 0. Seconds in an integer, seconds with a fraction in a number. */
  readonly timestamp?: boolean
}

export interface BooleanField extends Attributes<boolean> {
  readonly type: 'boolean'
  readonly one_of?: readonly boolean[]
}

/** An array keeps every element; a set drops repetitions, keeping the first. */
export interface ListField extends Attributes<readonly unknown[]>, Lengths {
  readonly type: 'array' | 'set'
  readonly elements: Field
  readonly contains?: string | number
  readonly mutually_exclusive_subsets?: readonly (readonly string[])[]
}

export interface MapField extends Attributes<{ readonly [key: string]: unknown }>, Lengths {
  readonly type: 'map'
  readonly keys: StringField
  readonly values: Field
}

export interface RecordField extends Attributes<{ readonly [key: string]: unknown }>, Structure {
  readonly type: 'record'
}

export interface ForeignField extends Attributes<{ readonly id: string }> {
  readonly type: 'foreign'
  /** Name of the entity referred to. */
  readonly reference: string
  /** What happens to this row when the other goes. Absent: the other cannot be deleted. */
  readonly on_delete?: 'restrict' | 'cascade' | 'null'
}

/** Any JSON value; checked by a JSON schema where one applies. */
export interface JsonField extends Attributes<unknown> {
  readonly type: 'json'
  readonly json_schema?: {
    readonly inline?: unknown
    readonly namespace?: string
    readonly parent_subschema_key?: string
    readonly optional?: boolean
    readonly default?: unknown
  }
}

/** No type check at all; validators alone decide. */
export interface AnyField extends Attributes<unknown> {
  readonly type: 'any'
  readonly one_of?: readonly unknown[]
  readonly not_one_of?: readonly unknown[]
}

/** What a record field, an entity and a subschema have in common. */
export interface Structure {
  readonly fields: Fields
  readonly entity_checks?: readonly EntityCheck[]
  readonly shorthand_fields?: { readonly [name: string]: ShorthandField }
  /** Functions that fields and checks inside name. */
  readonly functions?: Functions
}

/** A field that is only accepted on input and is turned into others. */
export type ShorthandField = Field & {
  /** Name of the function that makes the new values; absent: the value goes to `deprecation.replaced_with[0].path`. */
  readonly func?: string
}

/** Part of a field, matched by a conditional check: the rest is taken from the field itself. */
export type FieldMatch = {
  readonly required?: boolean
  readonly eq?: unknown
  readonly ne?: unknown
  readonly gt?: number
  readonly between?: readonly [number, number]
  readonly one_of?: readonly unknown[]
  readonly not_one_of?: readonly unknown[]
  readonly match?: string
  readonly not_match?: string
  readonly match_none?: readonly PatternRule[]
  readonly starts_with?: string
  readonly contains?: string | number
  readonly len_eq?: number
  readonly len_min?: number
  readonly len_max?: number
  readonly elements?: Field
  readonly err?: string
}

/** Rules over several fields; names may be dotted paths into records. Each object has exactly one key. */
export type EntityCheck =
  | { readonly at_least_one_of: readonly string[] }
  | { readonly only_one_of: readonly string[] }
  | { readonly distinct: readonly string[] }
  | { readonly mutually_required: readonly string[] }
  | { readonly mutually_exclusive: readonly string[] }
  | { readonly mutually_exclusive_sets: { readonly set1: readonly string[]; readonly set2: readonly string[] } }
  | { readonly conditional: Conditional }
  | { readonly conditional_at_least_one_of: ConditionalAtLeastOneOf }
  | { readonly custom_entity_check: CustomEntityCheck }

export interface Conditional {
  readonly if_field: string
  readonly if_match: FieldMatch
  readonly then_field: string
  readonly then_match: FieldMatch
  /** Answered instead of the usual text; `%s` stands for the name of `if_field`. */
  readonly then_err?: string
}

export interface ConditionalAtLeastOneOf {
  readonly if_field: string
  readonly if_match: FieldMatch
  readonly then_at_least_one_of: readonly string[]
  /** `%s` stands for the list of names. */
  readonly then_err?: string
  readonly else_match?: FieldMatch
  readonly else_then_at_least_one_of?: readonly string[]
  readonly else_then_err?: string
}

export interface CustomEntityCheck {
  /** The fields that `fn` is given; others are kept from it. */
  readonly field_sources: readonly string[]
  /** Name of a function in `functions.checks`. */
  readonly fn: string
  readonly run_with_missing_fields?: boolean
  readonly run_with_invalid_fields?: boolean
}

// Functions are found by name at run time, so their parameters cannot be tied to the field here.
// oxlint-disable-next-line typescript/no-explicit-any
type Value = any

/** Named functions of a schema. All are pure and never throw. */
export interface Functions {
  /** Answer the violation's text, or undefined if the value is right. Called only with a value of the field's type. */
  readonly validators?: { readonly [name: string]: (value: Value) => string | undefined }
  /** Answer the violation's text, or undefined. `now` is in milliseconds since the epoch. */
  readonly checks?: {
    readonly [name: string]: (row: { readonly [field: string]: Value }, now: number) => string | undefined
  }
  /** From a shorthand's value to the members it sets; undefined sets none. */
  readonly shorthands?: { readonly [name: string]: (value: Value) => { readonly [field: string]: unknown } | undefined }
  /** From a row that keeps all rules to the fields computed from it. */
  readonly transforms?: {
    readonly [name: string]: (row: { readonly [field: string]: Value }) => { readonly [field: string]: unknown }
  }
  /** From a record back to the value of a deprecated shorthand. */
  readonly reverse?: { readonly [name: string]: (record: { readonly [field: string]: Value }) => unknown }
}
