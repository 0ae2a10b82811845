/**
 * What is wrong with a row, in the shape of the row: a text for each bad field, a nested object for a record, an array with
 * null at the good places for a list. `@entity` holds the texts of rules over several fields.
 */
export interface Violations {
  [field: string]: Violation
}
export type Violation = string | Violations | (Violation | null)[]

/** An empty tree. It has no prototype: fields have the names that clients gave them. */
export function noViolations(): Violations {
  return Object.create(null) as Violations
}

export function isEmpty(violations: Violations): boolean {
  for (const _ in violations) return false
  return true
}

export function addEntityViolation(violations: Violations, text: string): void {
  const list = violations['@entity']
  if (Array.isArray(list)) list.push(text)
  else violations['@entity'] = [text]
}

/** Puts a violation at a dotted path. Where the path leads through a text, the text says enough already. */
export function setViolation(violations: Violations, dottedPath: string, violation: Violation): void {
  const names = dottedPath.split('.')
  const last = names.pop()!
  let at = violations
  for (const name of names) {
    const next = (at[name] ??= noViolations())
    if (typeof next === 'string' || Array.isArray(next)) return
    at = next
  }
  at[last] = violation
}
