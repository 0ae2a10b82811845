import type { AnyRow, Violation, Violations } from '@holdfast/schema'
import type { Entity } from '../entity.ts'
import { referencesFrom } from '../references.ts'
import { upgradePaths } from './format-version.ts'

/** One row of a file, before it is checked. */
export interface Item {
  readonly entity: Entity
  /** Its members without nested rows and comments. */
  row: AnyRow
  /** The row that it is nested in, and the field that therefore refers to it. */
  readonly parent: { readonly item: Item; readonly field: string } | undefined
  /** Place in its list, from 0. */
  readonly index: number
}

/** Where an item is in the file, as names of lists and places in them: `['services', 0, 'routes', 2]`. */
export function placeOf(item: Item): (string | number)[] {
  return [...(item.parent ? placeOf(item.parent.item) : []), item.entity.name, item.index]
}

/** Puts a violation at a place of the tree; a text that is already there stays. */
export function placeViolation(
  violations: Violations,
  place: readonly (string | number)[],
  violation: Violation,
): void {
  let at = violations as unknown as Record<string | number, Violation | null>
  place.forEach((step, depth) => {
    if (typeof step === 'number')
      while ((at as unknown as unknown[]).length < step) (at as unknown as unknown[]).push(null)
    const present = at[step] ?? undefined
    if (depth === place.length - 1) {
      if (typeof present === 'string') return
      at[step] =
        typeof present === 'object' && typeof violation === 'object' ? Object.assign(present, violation) : violation
      return
    }
    const next = typeof place[depth + 1] === 'number' ? [] : (Object.create(null) as Violations)
    at = (typeof present === 'object' ? present : (at[step] = next)) as unknown as typeof at
  })
}

/**
 * Takes a file's tree apart into items, parents before their children. Lists of rows are found under the names of entities, at the
 * top and inside the rows that they refer to.
 */
export function collectItems(tree: AnyRow, entities: readonly Entity[], violations: Violations): Item[] {
  const items: Item[] = []
  const olderThan3 = tree._format_version !== '3.0'
  const collect = (entity: Entity, list: unknown, parent: Item['parent']): void => {
    if (list === undefined || list === null || isEmptyRow(list)) return
    const place = [...(parent ? placeOf(parent.item) : []), entity.name]
    if (!Array.isArray(list)) return placeViolation(violations, place, 'expected an array')
    list.forEach((given: unknown, index) => {
      if (typeof given !== 'object' || given === null || Array.isArray(given))
        return placeViolation(
          violations,
          [...place, index],
          given === null ? 'required field missing' : 'expected a record',
        )
      const children = childrenOf(entity, entities)
      const { _comment, _ignore, ...members } = given as Record<string, unknown>
      if (_comment !== undefined && _comment !== null && typeof _comment !== 'string')
        placeViolation(violations, [...place, index], { _comment: 'expected a string' })
      if (_ignore !== undefined && _ignore !== null && !Array.isArray(_ignore))
        placeViolation(violations, [...place, index], { _ignore: 'expected an array' })
      const own = Object.entries(members).filter(([name]) => !children.some((child) => child.entity.name === name))
      const row: AnyRow = Object.fromEntries(own)
      const item: Item = {
        entity,
        row: olderThan3 ? upgradePaths(entity.name, parent?.item.entity.name, row) : row,
        parent,
        index,
      }
      items.push(item)
      for (const child of children) collect(child.entity, members[child.entity.name], { item, field: child.field })
    })
  }
  for (const entity of entities) collect(entity, tree[entity.name], undefined)
  return items
}

function childrenOf(parent: Entity, entities: readonly Entity[]): { entity: Entity; field: string }[] {
  return entities.flatMap((entity) => {
    const reference = referencesFrom(entity).find(({ to }) => to === parent.name)
    return reference ? [{ entity, field: reference.field }] : []
  })
}

function isEmptyRow(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
}
