import type { EntityCheck, Fields, Functions, Structure } from './field.ts'

/** What `parse` needs to know of an entity. */
export interface Schema extends Structure {
  readonly name: string
  /** Rows may be given a time to live in seconds, in a member `ttl` that is not a field. */
  readonly ttl?: boolean
  /** The field whose value chooses the subschema; of a set, the first element that has one. */
  readonly subschema_key?: string
  /** Subschemas known beforehand. Without them the parse context is asked. */
  readonly subschemas?: { readonly [key: string]: Subschema }
  /** Text for an unknown subschema; `%s` stands for the value of `subschema_key`. */
  readonly subschema_error?: string
  readonly transformations?: readonly Transformation[]
}

/** Fields that are computed from others before a row is stored. */
export interface Transformation {
  /** Runs when these fields are given. */
  readonly input: readonly string[]
  /** Further fields that it takes; it also runs when one of them changes. */
  readonly needs?: readonly string[]
  /** Name of a function in `functions.transforms`. */
  readonly on_write: string
}

/** Fields that take the place of the schema's own for rows of one kind, and checks for these rows alone. */
export interface Subschema {
  readonly fields: Fields
  readonly entity_checks?: readonly EntityCheck[]
  readonly functions?: Functions
}
