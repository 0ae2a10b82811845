import type { Entity, Row } from '@holdfast/entities'
import type { Revision } from '@holdfast/sync'

/**
 * The rows this data plane holds, read synchronously. The LMDB replica, a change set laid over it (to try a revision before
 * it is committed) and the memory form used in tests all have this shape.
 */
export interface ReplicaReader {
  readonly revision: Revision
  get<E extends Entity>(entity: E, id: string): Row<E> | undefined
  /** All rows of an entity; order is by id. */
  all<E extends Entity>(entity: E): Iterable<Row<E>>
  /** By a unique field. */
  by<E extends Entity>(entity: E, uniqueField: string, value: string): Row<E> | undefined
  /** Rows whose foreign field refers to `id`. */
  childrenOf<E extends Entity>(entity: E, foreignField: string, id: string): Row<E>[]
}

/** Names the rows that a delta put or deleted; 'all' after a snapshot. */
export type Touched = 'all' | readonly { readonly entity: string; readonly id: string }[]
