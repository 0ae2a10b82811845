/** What the Admin API does for one entity beyond what its definition says. Everything else is generic. */
import type { Entity } from '@holdfast/entities'
import type { WireRow } from '@holdfast/sync'
import type { Reader } from '../store/reader.ts'
import type { WriteTransaction } from '../store/write-transaction.ts'
import type { Answer } from './endpoint.ts'

export interface EntityRules {
  /** Order of lists; by id unless said otherwise. */
  readonly order?: 'newest'
  /** How an unknown row is answered on GET: with the bare text, or with Kong's whole error. */
  readonly unknown?: 'explained'
  /**
   * Turns the key in an address, where it is no id, into an id; for keys that are not a field of the entity.
   * An answer ends the request.
   */
  readonly idOfKey?: (reader: Reader, key: string, method: string) => Promise<string | Answer>
  /** Whether a change with this body can only be read knowing the row; an unknown row is then answered with the bare text. */
  readonly needsCurrent?: (body: WireRow) => boolean
  /** Rewrites a body before it is checked. `addressedAs` is the key in the address, as it was written. */
  readonly bodyFor?: (input: WireRow, method: string, addressedAs: string) => WireRow
  /** Looks at other rows before this one is written. */
  readonly check?: (write: Write) => Promise<void>
  /** Writes rows that come along with this one, which is stored by now. */
  readonly afterWrite?: (write: Write) => Promise<void>
  readonly beforeDelete?: (transaction: WriteTransaction, row: WireRow) => Promise<void>
  /** Adds members that are shown but are not columns. */
  readonly present?: (reader: Reader, rows: readonly WireRow[]) => Promise<WireRow[]>
}

export interface Write {
  readonly kind: 'insert' | 'update' | 'upsert'
  readonly transaction: WriteTransaction
  /** Checked, and with everything filled in. */
  readonly row: WireRow
  /** What the client gave. */
  readonly input: WireRow
  /** Makes a row of another entity in the same transaction, from what a client might have given. */
  insert(entity: Entity, input: WireRow): Promise<WireRow>
}
