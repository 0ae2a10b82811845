import type { WireRow } from '@holdfast/sync'
import type { EntityRules, Write } from './entity-rules.ts'
import { schemaViolation } from './problem.ts'

/** A plugin that is given protocols must share one with the route, or with some route of the service, that it is for. */
export const pluginRules: EntityRules = {
  // The name says what the settings may be.
  needsCurrent: (body) => body['name'] === undefined || body['name'] === null,

  async check({ kind, transaction, row, input }) {
    if (!saysProtocols(kind, input)) return
    const routeId = idOf(row['route'])
    if (routeId !== undefined) {
      const route = await transaction.get('routes', routeId)
      if (route && !haveCommonProtocol(row, route)) {
        throw schemaViolation({ protocols: "must match the associated route's protocols" })
      }
      return
    }
    const serviceId = idOf(row['service'])
    if (serviceId === undefined) return
    const routes = await transaction.children('routes', 'service', [serviceId])
    if (routes.length > 0 && !routes.some((route) => haveCommonProtocol(row, route))) {
      const text = "must match the protocols of at least one route pointing to this Plugin's service"
      throw schemaViolation({ protocols: text })
    }
  },
}

/** The default protocols are not held against a new plugin. */
function saysProtocols(kind: Write['kind'], input: WireRow): boolean {
  if (kind !== 'update') return Array.isArray(input['protocols'])
  return 'protocols' in input || 'service' in input || 'route' in input
}

function idOf(reference: unknown): string | undefined {
  return (reference as { readonly id: string } | null | undefined)?.id
}

function haveCommonProtocol(plugin: WireRow, route: WireRow): boolean {
  const accepted = route['protocols'] as readonly string[]
  return (plugin['protocols'] as readonly string[]).some((protocol) => accepted.includes(protocol))
}
