/** `/`: who this node is. Clients decide by it what they may ask for, so it says what Kong 3.9.3 says. */
import type { ControlPlaneConfig } from '../config.ts'
import type { Store } from '../store/store.ts'
import { type Endpoint, ok } from './endpoint.ts'

/** The Kong whose API this is. */
export const KONG_VERSION = '3.9.3'

export interface AvailablePlugin {
  readonly name: string
  readonly version: string
  readonly priority: number
}

export function rootEndpoint(
  config: Pick<ControlPlaneConfig, 'nodeId' | 'hostname' | 'configuration' | 'logLevel'>,
  store: Store,
  plugins: readonly AvailablePlugin[],
): Endpoint {
  const available = Object.fromEntries(plugins.map(({ name, version, priority }) => [name, { version, priority }]))
  const loaded = Object.fromEntries(plugins.map(({ name }) => [name, true]))
  return {
    path: '/',
    methods: {
      GET: async () =>
        ok({
          tagline: 'Welcome to kong',
          version: KONG_VERSION,
          edition: 'community',
          hostname: config.hostname,
          node_id: config.nodeId,
          // Clients ask for the member and show it; there is no Lua here.
          lua_version: 'none',
          timers: { running: 0, pending: 0 },
          pids: { master: process.pid, workers: [process.pid] },
          plugins: { available_on_server: available, enabled_in_cluster: await store.distinct('plugins', 'name') },
          configuration: { ...config.configuration, log_level: config.logLevel, loaded_plugins: loaded },
        }),
    },
  }
}
