import { caCertificates } from './ca-certificates.ts'
import { certificates } from './certificates.ts'
import { consumers } from './consumers.ts'
import type { Entity } from './entity.ts'
import { keyauthCredentials } from './keyauth-credentials.ts'
import { plugins } from './plugins.ts'
import { routes } from './routes.ts'
import { services } from './services.ts'
import { snis } from './snis.ts'
import { targets } from './targets.ts'
import { upstreams } from './upstreams.ts'

/** Every entity, each after those that it refers to. */
export const entities: readonly Entity[] = [
  certificates,
  caCertificates,
  snis,
  services,
  consumers,
  routes,
  upstreams,
  targets,
  plugins,
  keyauthCredentials,
]

const byName: ReadonlyMap<string, Entity> = new Map(entities.map((entity) => [entity.name, entity]))

export function entityByName(name: string): Entity | undefined {
  return byName.get(name)
}

export interface Reference {
  /** The entity whose rows refer. */
  readonly entity: Entity
  readonly field: string
  /** What happens to a referring row when the row referred to is deleted. */
  readonly onDelete: 'restrict' | 'cascade' | 'null'
}

/** Who refers to rows of this entity. */
export function referencesTo(entity: Entity): readonly Reference[] {
  return entities.flatMap((from) =>
    referencesFrom(from)
      .filter((reference) => reference.to === entity.name)
      .map(({ field, onDelete }) => ({ entity: from, field, onDelete })),
  )
}

/** The foreign fields of an entity with what they refer to. */
export function referencesFrom(
  entity: Entity,
): readonly { readonly field: string; readonly to: string; readonly onDelete: Reference['onDelete'] }[] {
  return Object.entries(entity.fields).flatMap(([field, { type, ...rest }]) =>
    type === 'foreign' && 'reference' in rest
      ? [{ field, to: rest.reference, onDelete: rest.on_delete ?? ('restrict' as const) }]
      : [],
  )
}
