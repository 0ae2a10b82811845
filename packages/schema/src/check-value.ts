import { checkField } from './check.ts'
import type { Structure } from './field.ts'
import { enter } from './scope.ts'
import { own } from './values.ts'
import type { Violation } from './violations.ts'

/** What is wrong with one value of a field by itself, e.g. with a name in an address; undefined if nothing is. */
export function checkValue(structure: Structure, name: string, value: unknown): Violation | undefined {
  const field = own(structure.fields, name)
  if (!field) return undefined
  return checkField(field, value, enter({ functions: [], updating: false, now: () => 0, entity: undefined }, structure))
}
