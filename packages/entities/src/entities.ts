import { caCertificates } from './ca-certificates.ts'
import { certificates } from './certificates.ts'
import { consumers } from './consumers.ts'
import type { Entity } from './entity.ts'
import { keyauthCredentials } from './keyauth-credentials.ts'
import { plugins } from './plugins.ts'
import { referencesAmong } from './references.ts'
import type { Reference } from './references.ts'
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

/** Who refers to rows of this entity. */
export function referencesTo(entity: Entity): readonly Reference[] {
  return referencesAmong(entities, entity)
}
