import type { AnyRow, Violations } from '@holdfast/schema'
import { placeOf, placeViolation } from './items.ts'
import type { Item } from './items.ts'

/** The items of a file by id and by name, to resolve references with. */
export class Index {
  readonly #byId = new Map<string, Item>()
  readonly #byKey = new Map<string, Item>()

  /** Adds an item; where its name or id is taken, a violation instead. */
  add(item: Item, violations: Violations): void {
    const { entity, row } = item
    const key = entity.endpoint_key
    const name = key !== undefined && entity.fields[key]?.unique ? row[key] : undefined
    if (typeof name === 'string') {
      if (this.#byKey.has(tuple(entity.name, name)))
        return placeViolation(violations, [entity.name, item.index], taken(entity.name, key!, name))
      this.#byKey.set(tuple(entity.name, name), item)
    }
    const id = String(row.id)
    if (this.#byId.has(tuple(entity.name, id)))
      return placeViolation(violations, placeOf(item), taken(entity.name, 'primary key', id))
    this.#byId.set(tuple(entity.name, id), item)
  }

  find(entity: string, nameOrId: string): Item | undefined {
    return this.#byKey.get(tuple(entity, nameOrId)) ?? this.#byId.get(tuple(entity, nameOrId))
  }
}

/** Adds violations for the other unique fields, which no reference uses. */
export function checkUniqueFields(
  rows: readonly { readonly item: Item; readonly row: AnyRow }[],
  violations: Violations,
): void {
  const seen = new Set<string>()
  for (const { item, row } of rows) {
    const { name: entity, fields, endpoint_key } = item.entity
    for (const [name, field] of Object.entries(fields)) {
      const value = row[name]
      if (!field.unique || name === endpoint_key || value === null || value === undefined) continue
      const text = typeof value === 'object' ? String((value as { id?: unknown }).id) : String(value)
      const key = tuple(entity, name, text)
      if (seen.has(key)) {
        const label = endpoint_key === undefined ? row.id : (row[endpoint_key] ?? row.id)
        placeViolation(violations, [entity, String(label)], taken(entity, name, text))
      }
      seen.add(key)
    }
  }
}

function taken(entity: string, key: string, value: string): string {
  return `uniqueness violation: '${entity}' entity with ${key} set to '${value}' already declared`
}

function tuple(...parts: string[]): string {
  return JSON.stringify(parts)
}
