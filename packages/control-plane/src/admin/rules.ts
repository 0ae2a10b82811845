/** The entities that have rules of their own. */
import type { EntityRules } from './entity-rules.ts'
import { caCertificateRules } from './rules-ca-certificates.ts'
import { certificateRules } from './rules-certificates.ts'
import { pluginRules } from './rules-plugins.ts'
import { targetRules } from './rules-targets.ts'

const byEntity: ReadonlyMap<string, EntityRules> = new Map<string, EntityRules>([
  ['ca_certificates', caCertificateRules],
  ['certificates', certificateRules],
  ['plugins', pluginRules],
  ['targets', targetRules],
])
const none: EntityRules = {}

export function rulesOf(entity: string): EntityRules {
  return byEntity.get(entity) ?? none
}
