import { noViolations, parse, texts } from '@holdfast/schema'
import type { ParseContext, AnyRow, Violations } from '@holdfast/schema'
import { entities as coreEntities } from '../entities.ts'
import type { Entity } from '../entity.ts'
import { referencesFrom } from '../references.ts'
import { formatVersions } from './format-version.ts'
import { idFor } from './ids.ts'
import { collectItems, placeOf, placeViolation } from './items.ts'
import type { Item } from './items.ts'
import { checkUniqueFields, Index } from './uniqueness.ts'

/** A row of a file, complete and checked. */
export interface DeclaredRow {
  readonly entity: Entity
  readonly row: { readonly id: string } & AnyRow
}

export type Declared =
  { readonly ok: true; readonly rows: readonly DeclaredRow[] } | { readonly ok: false; readonly violations: Violations }

/**
 * Reads a declarative configuration: lists of rows by entity, rows nested in those that they refer to, references by name or id.
 * Rows come out in the order of `entities`, which is that of their dependence. Violations have the shape of the file.
 */
export function readDeclarative(
  tree: unknown,
  context: ParseContext,
  entities: readonly Entity[] = coreEntities,
): Declared {
  const violations = noViolations()
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree))
    return { ok: false, violations: { error: 'expected an object' } }
  const file = tree as AnyRow
  checkHead(file, entities, violations)

  const items = collectItems(file, entities, violations)
  for (const item of items)
    if (item.row.id === undefined || item.row.id === null) item.row = { ...item.row, id: idFor(item) }
  const index = new Index()
  const conflicts = noViolations()
  for (const item of items) index.add(item, conflicts)

  const entity = (name: string) => entities.find((candidate) => candidate.name === name)
  const rows: (DeclaredRow & { readonly item: Item })[] = []
  for (const item of items) {
    const input = resolveReferences(item, index, conflicts)
    const parsed = parse(item.entity as Entity, input, {
      ...context,
      entity,
      mode: 'insert',
      transform: file._transform !== false,
    })
    if (parsed.ok) rows.push({ entity: item.entity, row: parsed.value as DeclaredRow['row'], item })
    else placeViolation(violations, placeOf(item), parsed.violations)
  }
  if (Object.keys(violations).length > 0) return { ok: false, violations }
  if (Object.keys(conflicts).length === 0) checkUniqueFields(rows, conflicts)
  if (Object.keys(conflicts).length > 0) return { ok: false, violations: conflicts }
  const order = new Map(entities.map((candidate, place) => [candidate, place]))
  rows.sort((a, b) => order.get(a.entity)! - order.get(b.entity)!)
  return { ok: true, rows: rows.map(({ entity: kind, row }) => ({ entity: kind, row })) }
}

function checkHead(file: AnyRow, entities: readonly Entity[], violations: Violations): void {
  const { _format_version: version, _transform: transform, _comment: comment, _ignore: ignore } = file
  if (version === undefined || version === null) violations._format_version = texts.required
  else if (typeof version !== 'string') violations._format_version = 'expected a string'
  else if (!formatVersions.includes(version)) violations._format_version = texts.oneOf(formatVersions)
  if (transform !== undefined && transform !== null && typeof transform !== 'boolean')
    violations._transform = 'expected a boolean'
  if (comment !== undefined && comment !== null && typeof comment !== 'string')
    violations._comment = 'expected a string'
  if (ignore !== undefined && ignore !== null && !Array.isArray(ignore)) violations._ignore = 'expected an array'
  const known = new Set(['_format_version', '_transform', '_comment', '_ignore', ...entities.map(({ name }) => name)])
  for (const name of Object.keys(file)) if (!known.has(name)) violations[name] = texts.unknown
}

const nobody = '00000000-0000-0000-0000-000000000000'

/**
 * The row with its references by id; what it is nested in wins over what it says itself. One that leads nowhere is noted, and stands in as the id of nothing: what else is wrong with the
 * row is told first.
 */
function resolveReferences(item: Item, index: Index, conflicts: Violations): AnyRow {
  const row: Record<string, unknown> = { ...item.row }
  for (const { field, to } of referencesFrom(item.entity)) {
    const value = row[field]
    if (field === item.parent?.field) row[field] = { id: item.parent.item.row.id }
    const key = typeof value === 'object' && value !== null && 'id' in value ? value.id : value
    if (typeof key !== 'string') continue
    const found = index.find(to, key)
    if (field !== item.parent?.field) row[field] = { id: found ? found.row.id : nobody }
    if (found) continue
    const written = typeof value === 'string' ? value : JSON.stringify(value)
    placeViolation(
      conflicts,
      [item.entity.name, labelOf(item)],
      [`invalid reference '${field}: ${written}' (no such entry in '${to}')`],
    )
  }
  return row
}

function labelOf({ entity, row }: Item): string {
  const key = entity.endpoint_key
  const name = key !== undefined && entity.fields[key]?.unique ? row[key] : undefined
  return String(name ?? row.id)
}
