import type { Change, LoggedChange, Revision } from './change.ts'

/** The changes that lead from one revision to another, to be applied whole, and the digest of all rows after them. */
export interface Delta {
  readonly from: Revision
  readonly to: Revision
  readonly changes: readonly Change[]
  /** 32 hex digits. */
  readonly digest: string
}

/** Why a data plane refuses a revision: which row, and what is wrong with it, for people. */
export interface RevisionError {
  /** Empty when the fault belongs to no single row. */
  readonly entity: string
  readonly id: string
  readonly message: string
}

/** Joins logged changes into one delta that says only how each row ends. */
export function delta(from: Revision, to: Revision, logged: readonly LoggedChange[], digest: string): Delta {
  return { from, to, changes: squash(logged.map((entry) => entry.change)), digest }
}

/**
 * Keeps the last write per row, at the place of that last write, so that a row still comes after the rows it refers to.
 * A put that was followed by a delete stays as the delete: whether the row existed before is not known here, and deleting
 * what is not there changes nothing.
 */
export function squash(changes: readonly Change[]): Change[] {
  const last = new Map<string, Change>()
  for (const change of changes) {
    const key = `${change.entity}/${change.id}`
    last.delete(key)
    last.set(key, change)
  }
  return [...last.values()]
}
