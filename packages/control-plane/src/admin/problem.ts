/** Everything that the Admin API can have against a request, and Kong's code, name, status and text for each. */
import { type Violations, luaTable, violationMessage } from '@holdfast/schema'
import type { StoreProblem } from '../store/refusal.ts'
import type { Answer } from './endpoint.ts'

export type Problem =
  | StoreProblem
  | { readonly kind: 'schema_violation'; readonly violations: Violations }
  /** The text in an address is no id, and the entity knows no other name. */
  | { readonly kind: 'invalid_primary_key'; readonly reason: string }
  /** No row has this id, or this value of its endpoint key. */
  | { readonly kind: 'not_found'; readonly field: string; readonly value: string }
  | { readonly kind: 'invalid_size'; readonly message: string }
  | { readonly kind: 'invalid_unique'; readonly field: string; readonly message: string }
  | { readonly kind: 'invalid_options'; readonly options: Readonly<Record<string, string>> }
  | { readonly kind: 'foreign_keys_unresolved'; readonly unresolved: readonly Unresolved[] }
  | { readonly kind: 'referenced_by_others'; readonly message: string }

/** A foreign row that was named by a unique field and does not exist. */
export interface Unresolved {
  readonly field: string
  readonly by: string
  readonly value: unknown
  readonly entity: string
}

/** Thrown by handlers; the shell answers with it. */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.kind)
    this.problem = problem
  }
}

export function schemaViolation(violations: Violations): AdminRefusal {
  return new AdminRefusal({ kind: 'schema_violation', violations })
}

export function problemAnswer(problem: Problem): Answer {
  switch (problem.kind) {
    case 'schema_violation':
      return error(400, 2, 'schema violation', violationMessage(problem.violations), { fields: problem.violations })
    case 'unstorable': {
      const fields = { [problem.field]: problem.reason }
      return error(400, 2, 'schema violation', violationMessage(fields), { fields })
    }
    case 'invalid_primary_key': {
      const fields = { id: problem.reason }
      return error(400, 1, 'invalid primary key', `invalid primary key: '${luaTable(fields)}'`, { fields })
    }
    case 'primary_key_violation': {
      const fields = { id: problem.id }
      return error(400, 3, 'primary key violation', `primary key violation on key '${luaTable(fields)}'`, { fields })
    }
    case 'dangling_reference': {
      const text = `the foreign key '${luaTable({ id: problem.id })}' does not reference an existing '${problem.to}' entity.`
      return error(400, 4, 'foreign key violation', text, { fields: { [problem.field]: { id: problem.id } } })
    }
    case 'still_referenced': {
      const text = `an existing '${problem.by}' entity references this '${problem.entity}' entity`
      return error(400, 4, 'foreign key violation', text, { fields: { '@referenced_by': problem.by } })
    }
    case 'unique_violation': {
      const text = `UNIQUE violation detected on '${luaTable(problem.key)}'`
      return error(409, 5, 'unique constraint violation', text, { fields: problem.key })
    }
    case 'not_found': {
      const fields = { [problem.field]: problem.value }
      const what = problem.field === 'id' ? 'primary key ' : ''
      return error(404, 6, 'not found', `could not find the entity with ${what}'${luaTable(fields)}'`, { fields })
    }
    case 'invalid_offset': {
      const text = `'${problem.offset}' is not a valid offset: ${problem.reason}`
      return error(400, 7, 'invalid offset', text)
    }
    case 'invalid_size':
      return error(400, 9, 'invalid size', problem.message)
    case 'invalid_unique':
      return error(400, 10, `invalid unique ${problem.field}`, problem.message)
    case 'invalid_options':
      return invalidOptions(problem.options)
    case 'foreign_keys_unresolved':
      return foreignKeysUnresolved(problem.unresolved)
    case 'referenced_by_others':
      return error(400, 19, 'referenced by others', problem.message)
    default:
      return problem satisfies never
  }
}

function error(status: number, code: number, name: string, message: string, more: object = {}): Answer {
  return { status, body: { code, name, message, ...more } }
}

function invalidOptions(options: Readonly<Record<string, string>>): Answer {
  const texts = Object.keys(options)
    .toSorted()
    .map((option) => `${option}: ${options[option]}`)
  return error(400, 11, 'invalid options', summary('invalid option', 'option violations', texts), { options })
}

function foreignKeysUnresolved(unresolved: readonly Unresolved[]): Answer {
  const fields: Record<string, Record<string, string>> = {}
  const texts: string[] = []
  const key = ({ field, by }: Unresolved) => `${field}.${by}`
  for (const each of unresolved.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))) {
    const named = luaTable({ [each.by]: each.value })
    const text = `the foreign key cannot be resolved with '${named}' for an existing '${each.entity}' entity`
    fields[each.field] = { ...fields[each.field], [each.by]: text }
    texts.push(`${key(each)}: ${text}`)
  }
  const message = summary('foreign key unresolved', 'foreign keys unresolved', texts)
  return error(400, 13, 'foreign keys unresolved', message, { fields })
}

function summary(one: string, many: string, texts: readonly string[]): string {
  return texts.length === 1 ? `${one} (${texts[0]})` : `${texts.length} ${many} (${texts.join('; ')})`
}
