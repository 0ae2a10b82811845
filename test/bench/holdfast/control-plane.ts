import { join } from 'node:path'
import { freePort } from '../../support/free-port.ts'
import { type AdminClient, adminClient } from '../../support/admin.ts'
import { type ClusterFiles, makeClusterFiles } from '../../support/gateway.ts'
import type { Workbench } from '../workbench.ts'
import { holdfastStart } from './command.ts'

export interface ControlPlane {
  readonly pid: number
  readonly clusterPort: number
  /** What a data plane needs to be let in. */
  readonly cluster: ClusterFiles
  readonly adminUrl: string
  readonly admin: AdminClient
}

/** A control plane with an embedded PostgreSQL, both on the CPU of the bench. */
export async function startControlPlane(bench: Workbench): Promise<ControlPlane> {
  const cluster = await makeClusterFiles(bench.folder)
  const adminPort = await freePort()
  const clusterPort = await freePort()
  const adminUrl = `http://127.0.0.1:${adminPort}`
  const admin = adminClient(adminUrl)
  const { pid } = await bench.start({
    name: 'the control plane',
    ...holdfastStart,
    env: {
      KONG_ROLE: 'control_plane',
      KONG_DATABASE: 'embedded',
      KONG_PREFIX: join(bench.folder, 'control-plane'),
      KONG_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
      KONG_CLUSTER_LISTEN: `127.0.0.1:${clusterPort}`,
      KONG_CLUSTER_CERT: cluster.cert,
      KONG_CLUSTER_CERT_KEY: cluster.key,
      KONG_STATUS_LISTEN: 'off',
      KONG_LOG_LEVEL: 'warn',
    },
    ready: async () => Boolean(await admin.get('/status')),
  })
  return { pid, clusterPort, cluster, adminUrl, admin }
}
