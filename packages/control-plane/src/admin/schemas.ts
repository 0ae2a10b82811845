/** `/schemas/*`: what clients need to know of entities and plugins to fill in forms and defaults. */
import { type Entity, entityByName, plugins as pluginEntity } from '@holdfast/entities'
import { toKongJson } from '@holdfast/schema'
import type { WireRow } from '@holdfast/sync'
import { type AdminRequest, type Answer, type Endpoint, ok } from './endpoint.ts'
import type { PluginSchemas } from './plugin-schemas.ts'
import { schemaViolation } from './problem.ts'
import { violationsOf } from './rows.ts'

export function schemaEndpoints(plugins: PluginSchemas, now: () => number): Endpoint[] {
  const validate = (name: string, input: WireRow): Answer => {
    const entity: Entity | undefined = entityByName(name)
    if (!entity) return missing('entity', name)
    const violations = violationsOf(entity, input, plugins, now())
    if (violations) throw schemaViolation(violations)
    return ok({ message: 'schema validation successful' })
  }

  const pluginSchema = (request: AdminRequest): Answer => {
    const name = request.params['name'] ?? ''
    const subschema = plugins.subschema(name)
    if (!subschema) return missing('plugin', name)
    const { fields, entity_checks = [] } = subschema
    return ok(toKongJson({ fields, entity_checks }))
  }

  return [
    {
      path: '/schemas/:name',
      methods: {
        GET: (request) => {
          const name = request.params['name'] ?? ''
          const entity = entityByName(name)
          return entity ? ok(toKongJson(entity)) : missing('entity', name)
        },
      },
    },
    {
      path: '/schemas/plugins/validate',
      methods: { POST: (request) => validate(pluginEntity.name, request.body) },
    },
    { path: '/schemas/plugins/:name', methods: { GET: pluginSchema } },
    // There are no vaults yet; clients that ask for one by name expect to be told so.
    { path: '/schemas/vaults/:name', methods: { GET: (request) => missing('vault', request.params['name'] ?? '') } },
    {
      path: '/schemas/:name/validate',
      methods: { POST: (request) => validate(request.params['name'] ?? '', request.body) },
    },
    {
      // The older form, which answers the settings alone.
      path: '/plugins/schema/:name',
      methods: {
        GET: (request) => {
          const name = request.params['name'] ?? ''
          const config = plugins.subschema(name)?.fields['config']
          return config?.type === 'record' ? ok(toKongJson(config)) : missing('plugin', name)
        },
      },
    },
  ]
}

function missing(kind: string, name: string): Answer {
  return { status: 404, body: { message: `No ${kind} named '${name}'` } }
}
