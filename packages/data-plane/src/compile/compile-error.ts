/** Why a row cannot be compiled; what a control plane is told in a nack. */
export interface CompileError {
  readonly entity: string
  readonly id: string
  /** The row's name, if it has one. */
  readonly name: string | null
  readonly message: string
}

/** A configuration that cannot be served. The one before it stays as it was. */
export class CompileFailure extends Error {
  readonly errors: readonly CompileError[]

  constructor(errors: readonly CompileError[]) {
    super(errors.map(({ entity, id, name, message }) => `${entity} ${name ?? id}: ${message}`).join('; '))
    this.errors = errors
  }
}
