import { hostname } from 'node:os'
import { join } from 'node:path'
import type { ControlPlaneConfig, DatabaseConfig } from '@holdfast/control-plane/config'
import type { RunningPostgres } from '../postgres/index.ts'
import { socketFolder } from '../socket-folder.ts'
import { echoSettings } from './echo.ts'
import { parseListeners, type ParsedListener } from './listener.ts'
import { listenerCertificate, clusterMaterial } from './material.ts'
import { nodeId } from './node-id.ts'
import type { Settings } from './properties.ts'
import { parseSize } from './size.ts'

const POOL_SIZE = 10

/** What the settings mean for a control plane; `embedded` is the server that was started for `database = embedded`. */
export async function controlPlaneConfig(settings: Settings, embedded?: RunningPostgres): Promise<ControlPlaneConfig> {
  const { prefix } = settings
  const certificate = await listenerCertificate(settings, 'admin')
  const hybrid = settings.role === 'control_plane'
  return {
    nodeId: nodeId(settings),
    hostname: hostname(),
    role: hybrid ? 'control_plane' : 'traditional',
    prefix,
    database: databaseConfig(settings, embedded),
    adminListen: listeners(settings.admin_listen).map(({ ip, port, ssl }) => ({ ip, port, ssl })),
    clusterListen: hybrid ? listeners(settings.cluster_listen).map(({ ip, port }) => ({ ip, port })) : [],
    localSocketPath: hybrid ? undefined : localSocketPath(settings),
    cluster: hybrid
      ? {
          ...clusterMaterial(settings),
          allowedCommonNames: settings.cluster_allowed_common_names,
        }
      : undefined,
    dataPlanePurgeDelay: settings.cluster_data_plane_purge_delay,
    sslCert: certificate.certificate,
    sslCertKey: certificate.key,
    configuration: echoSettings(settings),
    logLevel: settings.log_level,
    adminMaxBodySize: parseSize(settings.nginx_admin_client_max_body_size)!,
  }
}

export function databaseConfig(settings: Settings, embedded?: RunningPostgres): DatabaseConfig {
  const pool = { timeoutMs: settings.pg_timeout, poolSize: settings.pg_pool_size ?? POOL_SIZE }
  if (embedded !== undefined) {
    const { host, port, user, password, database } = embedded
    return { host, port, user, password, database, schema: undefined, ssl: false, sslVerify: false, ...pool }
  }
  return {
    host: settings.pg_host,
    port: settings.pg_port,
    user: settings.pg_user,
    password: settings.pg_password,
    database: settings.pg_database,
    schema: settings.pg_schema,
    ssl: settings.pg_ssl,
    sslVerify: settings.pg_ssl_verify,
    ...pool,
  }
}

/** Where the two planes of `role = traditional` meet. */
export function localSocketPath(settings: Settings): string {
  return join(socketFolder(join(settings.prefix, 'sockets')), 'hub.sock')
}

/** The listeners of a property that has been checked. */
export function listeners(items: readonly string[]): readonly ParsedListener[] {
  const parsed = parseListeners(items)
  if (!parsed.ok) throw new TypeError(`unchecked listener: ${items.join(', ')}`)
  return parsed.listeners
}
