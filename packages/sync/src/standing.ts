import type { Revision } from './change.ts'
import { emptyDigest } from './digest.ts'

/** Where one end stands: which life of the database, how far in it, and the digest of all rows there. */
export interface Standing {
  /** Empty while nothing was received yet. */
  readonly history: string
  readonly revision: Revision
  readonly digest: string
}

export const nowhere: Standing = { history: '', revision: 0 as Revision, digest: emptyDigest }
