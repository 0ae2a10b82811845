/** The whole Admin API: Kong's endpoints for this version's entities and plugins. */
import { consumers, entities, snis, targets } from '@holdfast/entities'
import type { PluginConfig } from '@holdfast/plugin-kit'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { ControlPlaneConfig } from '../config.ts'
import type { DataPlaneRecord } from '../hub/fleet-store.ts'
import type { Committed, Store } from '../store/store.ts'
import { inferRow } from './arguments/infer.ts'
import { clusteringEndpoints } from './clustering.ts'
import { withConsumerSearch } from './consumer-search.ts'
import { type Endpoint, notFound, ok } from './endpoint.ts'
import { type EntityApi, entityEndpoints } from './entity-endpoints.ts'
import type { ConnectionCounts } from './listeners.ts'
import { createPluginSchemas } from './plugin-schemas.ts'
import { rootEndpoint } from './root.ts'
import { createRows } from './rows.ts'
import { rulesOf } from './rules.ts'
import { schemaEndpoints } from './schemas.ts'
import { createShell } from './shell.ts'
import { statusEndpoint } from './status.ts'
import { tagEndpoints } from './tags.ts'
import { targetEndpoints } from './target-endpoints.ts'

export interface AdminApiOptions {
  readonly config: ControlPlaneConfig
  readonly store: Store
  readonly plugins: readonly PluginConfig[]
  /** Every data plane that is known. */
  readonly fleet: () => Promise<readonly DataPlaneRecord[]>
  readonly connections: Readonly<ConnectionCounts>
  /** A write is answered only after this, so that its client finds it in effect. */
  readonly committed?: Committed
  /** Version of this software, for the `Server` header. */
  readonly version: string
  readonly log: Logger
}

export function createAdminApi(options: AdminApiOptions): FastifyInstance {
  return createShell({
    endpoints: adminEndpoints(options),
    server: `holdfast/${options.version}`,
    maxBodySize: options.config.adminMaxBodySize,
    log: options.log,
  })
}

function adminEndpoints({ config, store, plugins, fleet, connections, committed }: AdminApiOptions): Endpoint[] {
  const schemas = createPluginSchemas(plugins)
  const now = Date.now
  const api: EntityApi = {
    store,
    rules: rulesOf,
    rows: createRows({ store, plugins: schemas, rules: rulesOf, now, committed }),
    typedBody(entity, request, current) {
      if (!request.isForm) return request.body
      const name = request.body['name'] ?? current?.['name']
      const settings = entity.name === 'plugins' ? schemas.subschema(String(name))?.fields['config'] : undefined
      return inferRow(request.body, entity, settings)
    },
  }
  const endpoints: Endpoint[] = [
    rootEndpoint(config, store, plugins),
    statusEndpoint(store, connections),
    ...entities.flatMap((entity) => entityEndpoints(api, entity)),
    ...targetEndpoints(api),
    ...schemaEndpoints(schemas, now),
    ...tagEndpoints(store),
    ...clusteringEndpoints(config, fleet),
    {
      path: '/plugins/enabled',
      methods: { GET: () => ok({ enabled_plugins: plugins.map((plugin) => plugin.name) }) },
    },
    ...disabledPaths.map((path) => ({ path, methods: {}, before: () => notFound })),
  ]
  // A later one of the same path takes the place of what was generated.
  const byPath = new Map(endpoints.map((endpoint) => [endpoint.path, endpoint]))
  const paths = [...byPath.keys(), '/endpoints'].map(template).toSorted(bySegments)
  const listing: Endpoint = { path: '/endpoints', methods: { GET: () => ok({ data: paths }) } }
  const search = `/${consumers.collection}`
  return [listing, ...byPath.values()].map((endpoint) =>
    endpoint.path === search ? withConsumerSearch(api, endpoint) : endpoint,
  )
}

/** Kong has no such addresses, although the entities' fields would give them. */
const disabledPaths = [
  `/${targets.collection}`,
  `/${targets.collection}/:${targets.name}`,
  `/${targets.collection}/:${targets.name}/upstream`,
  `/${snis.collection}/:${snis.name}/certificate`,
]

function template(path: string): string {
  return path.replace(/:([^/:]+)/g, '{$1}')
}

/** `/a/z` before `/ab`: a slash sorts before every other character. */
function bySegments(a: string, b: string): number {
  const [first, second] = [a.replaceAll('/', '\0'), b.replaceAll('/', '\0')]
  return first < second ? -1 : first > second ? 1 : 0
}
