import type { InferFields, Schema } from '@holdfast/schema'

/** A kind of row, as data: everything that the Admin API, the store, declarative files and the replica know of it. */
export interface Entity extends Schema {
  readonly description: string
  /** The unique field that stands for the id in addresses, e.g. `name`. */
  readonly endpoint_key?: string
  /** First part of its Admin API addresses, without slash, e.g. `key-auths`. */
  readonly collection: string
  /** Lists of these rows under the row they refer to. */
  readonly nested?: readonly NestedPath[]
  /** Fields that are unique together. */
  readonly cache_key?: readonly string[]
  /** Data planes compile `compiled` rows into memory and look `keyed` ones up in their replica when a request needs one. */
  readonly held: 'compiled' | 'keyed'
}

export interface NestedPath {
  /** Foreign field that the parent's id is matched with. */
  readonly field: string
  /** Collection of the parent, e.g. `consumers`. */
  readonly under: string
  /** Last part of the address, e.g. `key-auth` in `/consumers/{consumer}/key-auth`. */
  readonly as: string
}

/** Keeps literal types, so that `Row` can be inferred. */
export function defineEntity<const E extends Entity>(entity: E): E {
  return entity
}

/** A row as its readers see it: defaults in place, foreign fields as `{ id }`. */
export type Row<E extends Entity> = { readonly id: string } & InferFields<E['fields']>
