/** Gives the texts of a form the types that the entity's fields ask for. What does not fit is left for the violations. */
import type { Entity } from '@holdfast/entities'
import type { Field, Structure } from '@holdfast/schema'

/** @param configOf the settings of a plugin, whose fields the entity itself does not know */
export function inferRow(
  row: Readonly<Record<string, unknown>>,
  entity: Entity,
  config: Field | undefined,
): Record<string, unknown> {
  const fields = config ? { ...entity.fields, config } : entity.fields
  const inferred = inferMembers(row, { ...entity, fields })
  if (entity.ttl === true && typeof row['ttl'] === 'string') inferred['ttl'] = inferNumber(row['ttl'])
  return inferred
}

function inferMembers(record: Readonly<Record<string, unknown>>, structure: Structure): Record<string, unknown> {
  return mapMembers(record, (name, value) => {
    const field = own(structure.fields, name) ?? own(structure.shorthand_fields ?? {}, name)
    return field ? infer(value, field) : value
  })
}

/** The value of a form as this field would have it. */
export function infer(value: unknown, field: Field): unknown {
  if (value === '') return null
  switch (field.type) {
    case 'integer':
    case 'number':
      return typeof value === 'string' ? inferNumber(value) : value
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value
    case 'array':
    case 'set': {
      const items: readonly unknown[] = Array.isArray(value) ? value : [value]
      return items.map((item) => infer(item, field.elements))
    }
    case 'map':
      return isRecord(value) ? mapMembers(value, (_, member) => infer(member, field.values)) : value
    case 'record':
      return isRecord(value) ? inferMembers(value, field) : value
    case 'string':
    case 'foreign':
    case 'json':
    case 'any':
      return value
    default:
      return field satisfies never
  }
}

function inferNumber(text: string): unknown {
  const number = Number(text)
  return text.trim() === '' || Number.isNaN(number) ? text : number
}

function mapMembers(
  record: Readonly<Record<string, unknown>>,
  change: (name: string, value: unknown) => unknown,
): Record<string, unknown> {
  const changed = Object.create(null) as Record<string, unknown>
  for (const [name, value] of Object.entries(record)) changed[name] = change(name, value)
  return changed
}

function own(fields: { readonly [name: string]: Field }, name: string): Field | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
