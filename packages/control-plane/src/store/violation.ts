/** Reads what PostgreSQL says of a broken constraint. */
import type { WireRow } from '@holdfast/sync'
import { StoreRefusal } from './refusal.ts'
import type { Table } from './table.ts'

/** SQLSTATE codes, PostgreSQL's appendix A. */
const UNIQUE_VIOLATION = '23505'
const FOREIGN_KEY_VIOLATION = '23503'
const PROGRAM_LIMIT_EXCEEDED = '54000'

interface PostgresError extends Error {
  readonly code: string
  readonly constraint?: string
}

/** The refusal that this error means for a write of `row`, or the error itself where it means none. */
export function refusalOf(error: unknown, table: Table, row: WireRow): unknown {
  if (!isPostgresError(error)) return error
  if (error.code === UNIQUE_VIOLATION) {
    const key = table.uniqueKeys.get(error.constraint ?? '')
    if (!key) return new StoreRefusal({ kind: 'primary_key_violation', id: String(row['id']) })
    const values = Object.fromEntries(key.fields.map((field) => [field, row[field] ?? null]))
    return new StoreRefusal({ kind: 'unique_violation', key: values })
  }
  if (error.code === FOREIGN_KEY_VIOLATION) {
    const reference = table.references.find((candidate) => candidate.constraint === error.constraint)
    if (!reference) return error
    const id = (row[reference.field] as { readonly id: string }).id
    return new StoreRefusal({ kind: 'dangling_reference', field: reference.field, to: reference.to, id })
  }
  if (error.code === PROGRAM_LIMIT_EXCEEDED) {
    // An index entry holds some 2700 bytes; only a unique text can be longer than that.
    const field = longestUniqueText(table, row)
    if (field !== undefined) return new StoreRefusal({ kind: 'unstorable', field, reason: 'value is too long' })
  }
  return error
}

/** Two transactions that wait for each other, or the like: doing it again is the remedy. */
export function isTransient(error: unknown): boolean {
  return isPostgresError(error) && (error.code === '40P01' || error.code === '40001')
}

function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof Error && typeof (error as Partial<PostgresError>).code === 'string'
}

function longestUniqueText(table: Table, row: WireRow): string | undefined {
  const fields = [...table.uniqueKeys.values()].flatMap((key) => key.fields)
  const length = (field: string) => (typeof row[field] === 'string' ? row[field].length : 0)
  return fields.toSorted((a, b) => length(b) - length(a))[0]
}

/**
 * Refuses what PostgreSQL would not keep as it is: a NUL character and half a surrogate pair. Both pass as JSON, and a row
 * that came back other than it was sent would have another digest.
 */
export function refuseUnstorable(row: WireRow): void {
  for (const [field, value] of Object.entries(row)) {
    if (!isStorable(value)) {
      throw new StoreRefusal({ kind: 'unstorable', field, reason: 'must not contain NUL or half of a surrogate pair' })
    }
  }
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (Array.isArray(value)) return value.every(isStorable)
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, member]) => isStorable(key) && isStorable(member))
}
