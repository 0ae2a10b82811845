import type { Entity } from './entity.ts'

/** A foreign field of an entity. */
export interface ForeignKey {
  readonly field: string
  /** Name of the entity referred to. */
  readonly to: string
  /** What happens to the row that refers when the other is deleted; `restrict` refuses the deletion. */
  readonly onDelete: 'restrict' | 'cascade' | 'null'
}

/** A foreign key with the entity that has it. */
export interface Reference extends ForeignKey {
  readonly entity: Entity
}

/** What rows of this entity refer to. */
export function referencesFrom(entity: Entity): readonly ForeignKey[] {
  return Object.entries(entity.fields).flatMap(([field, definition]) =>
    definition.type === 'foreign'
      ? [{ field, to: definition.reference, onDelete: definition.on_delete ?? 'restrict' }]
      : [],
  )
}

/** Who refers to rows of this entity, among these entities. */
export function referencesAmong(entities: readonly Entity[], to: Entity): readonly Reference[] {
  return entities.flatMap((entity) =>
    referencesFrom(entity)
      .filter((reference) => reference.to === to.name)
      .map((reference) => ({ ...reference, entity })),
  )
}
