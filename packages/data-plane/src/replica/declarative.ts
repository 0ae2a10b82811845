import { addRow, formatDigest } from '@holdfast/sync'
import type { Revision, RevisionError, WireRow } from '@holdfast/sync'
import { tried } from './apply-step.ts'
import type { AppliedRevision, Check } from './apply-step.ts'
import type { Replica } from './replica.ts'

/** Where rows from a declarative file stand: a history of their own. */
export const declarativeHistory = 'declarative'

export interface DeclarativeRow {
  readonly entity: string
  readonly id: string
  readonly row: WireRow
}

export type Loaded =
  | ({ readonly kind: 'applied' } & AppliedRevision)
  /** The rows are those that are served already. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly errors: readonly RevisionError[] }

/**
 * Puts these rows in the place of everything, atomically (`database = off`). Refused rows change nothing. Throws when the
 * disk does not let it, or when two rows of an entity have the same id.
 */
export async function loadDeclarative(replica: Replica, rows: Iterable<DeclarativeRow>, check: Check): Promise<Loaded> {
  const all = [...rows].map(({ entity, id, row }) => [entity, id, row] as const)
  const digest = formatDigest(all.reduce((sum, [entity, id, row]) => addRow(sum, entity, id, row), 0n))
  const { history, revision, digest: served } = replica.standing
  const known = history === declarativeHistory
  if (known && digest === served) return { kind: 'unchanged' }
  const next = (known ? revision + 1 : 1) as Revision
  await replica.beginSnapshot({ history: declarativeHistory, revision: next, digest, chunks: 1, next: 0 })
  replica.storeChunk(0, all)
  const prepared = replica.prepareSnapshot(digest)
  if (prepared.kind === 'diverged') throw new Error('the rows of the configuration cannot be told apart')
  const errors = await tried(prepared, check)
  if (errors.length > 0) {
    await replica.dropSnapshot()
    return { kind: 'refused', errors }
  }
  prepared.commit()
  return { kind: 'applied', revision: next, touched: 'all' }
}
