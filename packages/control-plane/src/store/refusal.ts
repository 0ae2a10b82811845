/** Why the store does not do what it was asked to. The Admin API turns each into Kong's answer. */
export type StoreProblem =
  | { readonly kind: 'primary_key_violation'; readonly id: string | null }
  /** Another row has these values already; foreign fields as `{ id }`. */
  | { readonly kind: 'unique_violation'; readonly key: Readonly<Record<string, unknown>> }
  /** The row refers to one that does not exist. */
  | { readonly kind: 'dangling_reference'; readonly field: string; readonly to: string; readonly id: string }
  /** Rows of `by` refer to the row of `entity` that should be deleted. */
  | { readonly kind: 'still_referenced'; readonly entity: string; readonly by: string }
  /** PostgreSQL cannot hold this value of the field. */
  | { readonly kind: 'unstorable'; readonly field: string; readonly reason: string }
  | { readonly kind: 'invalid_offset'; readonly offset: string; readonly reason: string }

/** Thrown inside a transaction, which it ends. */
export class StoreRefusal extends Error {
  override readonly name = 'StoreRefusal'
  readonly problem: StoreProblem

  constructor(problem: StoreProblem) {
    super(problem.kind)
    this.problem = problem
  }
}
