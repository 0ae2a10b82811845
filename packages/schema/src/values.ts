/** A row or record as it comes in: nothing is known of it yet. */
export type AnyRow = { readonly [field: string]: unknown }

export function isRow(value: unknown): value is AnyRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The member of that name that the value itself has; never an inherited one, whatever the name. */
export function own<T>(row: { readonly [field: string]: T }, name: string): T | undefined {
  return Object.hasOwn(row, name) ? row[name] : undefined
}

/** The value at a dotted path; undefined where the path ends early. */
export function valueAt(row: unknown, dottedPath: string | readonly string[]): unknown {
  let at: unknown = row
  for (const name of typeof dottedPath === 'string' ? dottedPath.split('.') : dottedPath) {
    if (!isRow(at)) return undefined
    at = own(at, name)
  }
  return at
}

/** A copy of the row with the value at a dotted path replaced. */
export function withValueAt(row: AnyRow, path: readonly string[], value: unknown): AnyRow {
  const [name, ...rest] = path
  if (name === undefined) return row
  const inner = own(row, name)
  return { ...row, [name]: rest.length === 0 ? value : withValueAt(isRow(inner) ? inner : {}, rest, value) }
}

/** Empty means null, missing, an empty text, list or map. */
export function isNonEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

/** A vault reference such as `{vault://env/name}`. */
export function isReference(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('{vault://') && value.endsWith('}')
}
