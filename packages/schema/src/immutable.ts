import { isDeepStrictEqual } from 'node:util'
import type { Structure } from './field.ts'
import { texts } from './texts.ts'
import { own } from './values.ts'
import type { AnyRow } from './values.ts'
import type { Violations } from './violations.ts'

/** Adds a violation for each immutable field that a change would alter. The order of a list does not count. */
export function checkImmutable(structure: Structure, changes: AnyRow, current: AnyRow, violations: Violations): void {
  for (const [name, field] of Object.entries(structure.fields)) {
    const [change, present] = [own(changes, name), own(current, name)]
    if (!field.immutable || change === undefined || present === undefined) continue
    if (!isDeepStrictEqual(sorted(change), sorted(present))) violations[name] = texts.immutable
  }
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? value.map((item) => JSON.stringify(item)).toSorted() : value
}
