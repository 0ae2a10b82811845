import { builtinFunctions } from './builtin/functions.ts'
import type { Functions, Structure } from './field.ts'
import type { Schema } from './schema.ts'

/** What surrounds a field while it is checked. */
export interface Scope {
  /** Functions by name, innermost structure first. */
  readonly functions: readonly Functions[]
  /** Rules that are not met are worded differently when a row is changed. */
  readonly updating: boolean
  /** Milliseconds since the epoch. */
  now(): number
  /** Entities that foreign fields refer to. */
  readonly entity: ((name: string) => Schema | undefined) | undefined
}

export function enter(scope: Scope, structure: Structure): Scope {
  return structure.functions ? { ...scope, functions: [structure.functions, ...scope.functions] } : scope
}

/** The function of that name. A schema that names one that does not exist is wrong itself, so this throws. */
export function functionNamed<K extends keyof Functions>(
  scope: Scope,
  kind: K,
  name: string,
): NonNullable<Functions[K]>[string] {
  for (const functions of [...scope.functions, builtinFunctions]) {
    const group = functions[kind]
    if (group && Object.hasOwn(group, name)) return group[name] as NonNullable<Functions[K]>[string]
  }
  throw new Error(`schema names an unknown function: ${kind} '${name}'`)
}
