/** Number of a committed write transaction. Only grows; 0 is the empty configuration. */
export type Revision = number & { readonly __brand: 'Revision' }

/** A row as it travels: an entity's JSON form, exactly as the store keeps it (unset fields are null). */
export type WireRow = Readonly<Record<string, unknown>>

/** One row put or deleted. `put` carries the whole row. */
export type Change =
  | { readonly op: 'put'; readonly entity: string; readonly id: string; readonly row: WireRow }
  | { readonly op: 'delete'; readonly entity: string; readonly id: string }

/** A change with the transaction it belongs to. */
export interface LoggedChange {
  readonly revision: Revision
  readonly change: Change
}
