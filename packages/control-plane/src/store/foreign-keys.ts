/** The graph that foreign fields make of the entities. */
import type { Entity } from '@holdfast/entities'
import { type Reference, type Table, tableOf } from './table.ts'

export interface Schema {
  /** Referenced entities come before those that refer to them. */
  readonly tables: readonly Table[]
  table(entity: string): Table
  /** Who refers to this entity, and by which field. */
  referrers(entity: string): readonly Referrer[]
}

export interface Referrer {
  readonly table: Table
  readonly reference: Reference
}

/** @param entities each after those that it refers to */
export function createSchema(entities: readonly Entity[]): Schema {
  const tables = entities.map(tableOf)
  const byName = new Map(tables.map((table) => [table.name, table]))
  const referrers = new Map<string, Referrer[]>(tables.map((table) => [table.name, []]))
  for (const table of tables) {
    for (const reference of table.references) referrers.get(reference.to)?.push({ table, reference })
  }
  return {
    tables,
    table(entity) {
      const table = byName.get(entity)
      if (!table) throw new Error(`no entity ${entity}`)
      return table
    },
    referrers: (entity) => referrers.get(entity) ?? [],
  }
}
