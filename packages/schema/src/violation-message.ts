import { luaTable } from './lua-table.ts'
import type { Violation, Violations } from './violations.ts'

/**
 * Kong's summary of a violation tree: `schema violation (…)` or `2 schema violations (…; …)`. Rules over several fields come
 * first, then fields by name; what lies deeper than two levels is written as a Lua table.
 */
export function violationMessage(violations: Violations): string {
  const parts: string[] = []
  const entity = violations['@entity']
  if (Array.isArray(entity)) for (const text of entity) if (typeof text === 'string') parts.push(text)
  for (const [field, violation] of sorted(violations)) {
    if (field === '@entity') continue
    if (typeof violation === 'string') parts.push(`${field}: ${violation}`)
    else
      for (const [inner, deeper] of sorted(violation))
        parts.push(`${field}.${inner}: ${typeof deeper === 'string' ? deeper : luaTable(deeper, 'indented')}`)
  }
  if (parts.length === 1) return `schema violation (${parts[0]})`
  return `${parts.length} schema violations (${parts.join('; ')})`
}

function sorted(violation: Exclude<Violation, string>): [string, Violation][] {
  if (Array.isArray(violation))
    return violation.flatMap((item, index) => (item === null ? [] : [[String(index + 1), item] as [string, Violation]]))
  return Object.entries(violation).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
