/** What every outage test starts from: a database, a control plane, data planes, an upstream and a small configuration. */
import { join } from 'node:path'
import type { DatabaseConfig } from '@holdfast/control-plane/store'
import { type AdminClient, adminClient } from '../support/admin.ts'
import {
  bootstrap,
  type ClusterFiles,
  type ControlPlane,
  type DataPlane,
  type Env,
  makeClusterFiles,
  startControlPlane,
  startDataPlane,
  tempFolder,
} from '../support/gateway.ts'
import { get, startLoad } from '../support/load.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { until } from '../support/until.ts'

export interface Fleet {
  readonly folder: string
  readonly postgres: TestPostgres
  readonly database: DatabaseConfig
  readonly cluster: ClusterFiles
  readonly upstream: Upstream
  controlPlane: ControlPlane
  readonly admin: AdminClient
  readonly dataPlanes: DataPlane[]
  /** Starts the control plane again on its ports, after a test has ended it. */
  restartControlPlane(): Promise<void>
  /** Starts data plane `index` again with its folder and ports. */
  restartDataPlane(index: number, options?: { ready?: boolean; env?: Env }): Promise<DataPlane>
  /** Continuous checked requests to `/steady` of these data planes (all by default). */
  load(dataPlanes?: readonly DataPlane[]): ReturnType<typeof startLoad>
  /** Makes a route at `/name` and waits until each of these data planes serves it. */
  addRoute(name: string, dataPlanes?: readonly DataPlane[]): Promise<{ id: string }>
  served(dataPlane: DataPlane, path: string, status?: number): Promise<unknown>
  end(): Promise<void>
}

export async function startFleet(
  options: { dataPlanes?: number; threads?: number; env?: Env; controlPlaneAddress?: (port: number) => string } = {},
): Promise<Fleet> {
  const folder = tempFolder()
  const postgres = await startPostgres()
  const database = await postgres.createDatabase()
  const [cluster, upstream] = await Promise.all([makeClusterFiles(folder), startUpstream(), bootstrap(database)])
  const first = await startControlPlane({ database, cluster, prefix: join(folder, 'cp') })
  const admin = adminClient(first.admin)
  await admin.put('/services/demo', { url: upstream.url })
  await admin.put('/routes/steady', { paths: ['/steady'], service: { name: 'demo' } })
  const address = options.controlPlaneAddress?.(first.clusterPort) ?? `127.0.0.1:${first.clusterPort}`

  const start = (index: number, again?: DataPlane, more: { ready?: boolean; env?: Env } = {}) =>
    startDataPlane({
      controlPlane: address,
      cluster,
      prefix: join(folder, `dp${index}`),
      threads: options.threads ?? 1,
      ...(again && {
        proxyPort: again.proxyPort,
        proxyTlsPort: again.proxyTlsPort,
        statusPort: Number(new URL(again.status).port),
      }),
      ...(more.ready !== undefined && { ready: more.ready }),
      env: { ...options.env, ...more.env },
    })
  const dataPlanes = await Promise.all(Array.from({ length: options.dataPlanes ?? 1 }, (_, index) => start(index)))

  const fleet: Fleet = {
    folder,
    postgres,
    database,
    cluster,
    upstream,
    controlPlane: first,
    admin,
    dataPlanes,
    async restartControlPlane() {
      fleet.controlPlane = await startControlPlane({
        database,
        cluster,
        prefix: join(folder, 'cp'),
        adminPort: Number(new URL(first.admin).port),
        clusterPort: first.clusterPort,
      })
    },
    async restartDataPlane(index, more) {
      return (dataPlanes[index] = await start(index, dataPlanes[index], more))
    },
    load: (some = dataPlanes) =>
      startLoad({
        targets: some.map((dataPlane) => dataPlane.proxy),
        path: '/steady',
        check({ status, body }, n) {
          if (status !== 200) return `status ${status}: ${body.slice(0, 200)}`
          const { url } = JSON.parse(body) as { url: string }
          return url === `/?n=${n}` ? undefined : `the answer to another request: ${url}`
        },
      }),
    async addRoute(name, some = dataPlanes) {
      const route = await admin.post('/services/demo/routes', { name, paths: [`/${name}`] })
      await Promise.all(some.map((dataPlane) => fleet.served(dataPlane, `/${name}`)))
      return route
    },
    served: (dataPlane, path, status = 200) =>
      until(
        `${path} to answer ${status}`,
        async () => (await get(undefined, dataPlane.proxy + path)).status === status,
      ),
    async end() {
      await Promise.all([...dataPlanes.map((dataPlane) => dataPlane.kill()), fleet.controlPlane.kill()])
      await Promise.all([upstream.close(), postgres.remove()])
    },
  }
  await Promise.all(dataPlanes.map((dataPlane) => fleet.served(dataPlane, '/steady')))
  return fleet
}

/** The entry of `/clustering/data-planes` for the data plane with this status address' node id. */
export interface ListedDataPlane {
  readonly id: string
  readonly hostname: string
  readonly sync_status: string
  readonly revision: number
  readonly digest: string
  readonly last_error: { revision: number; errors: { entity: string; id: string; message: string }[] } | null
  readonly connected: boolean
}

export async function listDataPlanes(admin: AdminClient): Promise<readonly ListedDataPlane[]> {
  return (await admin.get<{ data: ListedDataPlane[] }>('/clustering/data-planes')).data
}
