import { core } from './001-core.ts'

/** A step from one layout of the database to the next. Never changed once released: what comes later is a new one. */
export interface Migration {
  /** Number and subject; they are applied in this order. */
  readonly name: string
  /** Every table that it creates, referenced ones first. */
  readonly tables: readonly string[]
  /** Statements, run in one transaction. */
  readonly up: string
}

export const migrations: readonly Migration[] = [core]
