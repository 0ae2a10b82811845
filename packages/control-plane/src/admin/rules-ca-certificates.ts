import type { EntityRules } from './entity-rules.ts'
import { AdminRefusal } from './problem.ts'

/** Services name their CA certificates in a list, which no foreign key guards. */
export const caCertificateRules: EntityRules = {
  async beforeDelete(transaction, row) {
    const id = row['id'] as string
    const service = await transaction.containing('services', 'ca_certificates', id)
    if (!service) return
    const message = `ca certificate ${id} is still referenced by services (id = ${String(service['id'])})`
    throw new AdminRefusal({ kind: 'referenced_by_others', message })
  },
}
