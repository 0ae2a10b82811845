import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Ask } from '../ask.ts'
import { freePort } from '../../support/free-port.ts'
import type { RunningProgram } from '../program.ts'
import { API_KEY } from '../request.ts'
import type { Workbench } from '../workbench.ts'
import { holdfastStart } from './command.ts'
import type { ClusterFiles } from '../../support/gateway.ts'

export interface DataPlaneOptions {
  /** Unique in the bench. */
  readonly name: string
  /** Of the control plane, or of what stands before it. */
  readonly clusterPort: number
  readonly cluster: ClusterFiles
  /** It is ready when this path is answered. */
  readonly path: string
  readonly ask: Ask
}

export interface DataPlane {
  readonly port: number
  readonly program: RunningProgram
}

/** A data plane with one proxy thread, on the proxy's CPU. */
export async function startDataPlane(bench: Workbench, options: DataPlaneOptions): Promise<DataPlane> {
  const { name, clusterPort, cluster, path, ask } = options
  const port = await freePort()
  const prefix = join(bench.folder, name)
  mkdirSync(prefix)
  const program = await bench.start({
    name: `the data plane (${name})`,
    ...holdfastStart,
    cpu: bench.cpus.proxy,
    env: {
      KONG_ROLE: 'data_plane',
      KONG_PREFIX: prefix,
      KONG_PROXY_LISTEN: `127.0.0.1:${port} reuseport backlog=1024`,
      KONG_STATUS_LISTEN: 'off',
      KONG_CLUSTER_CONTROL_PLANE: `127.0.0.1:${clusterPort}`,
      KONG_CLUSTER_CERT: cluster.cert,
      KONG_CLUSTER_CERT_KEY: cluster.key,
      KONG_NGINX_WORKER_PROCESSES: '1',
      KONG_LOG_LEVEL: 'warn',
    },
    ready: async () => (await ask({ port, path, headers: { apikey: API_KEY } })).status === 200,
  })
  return { port, program }
}
