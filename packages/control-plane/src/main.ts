/** Puts a control plane together: the store, the hub that data planes connect to, and the Admin API. */
import { entities } from '@holdfast/entities'
import { pluginConfigs } from '@holdfast/plugins/configs'
import type { Logger } from 'pino'
import manifest from '../package.json' with { type: 'json' }
import { createAdminApi } from './admin/admin-api.ts'
import { createConnectionCounts, listen } from './admin/listeners.ts'
import type { ControlPlaneConfig, DatabaseConfig } from './config.ts'
import { createHub } from './hub/index.ts'
import { openDatabase } from './store/database.ts'
import { listMigrations } from './store/migrate.ts'
import { openStore } from './store/store.ts'

export interface ControlPlane {
  readonly addresses: {
    readonly admin: readonly { readonly ip: string; readonly port: number; readonly ssl: boolean }[]
    readonly cluster: readonly { readonly ip: string; readonly port: number }[]
  }
  /** Reads the cluster certificates again; connections that are there stay. */
  reload(): void
  /** Answers the requests in flight, sends the data planes away, and lets go of everything. */
  close(): Promise<void>
}

/** How long a write waits for the data plane beside it: a slow or stuck one must not stop anybody from mending it. */
const SERVED_TIMEOUT_MS = 500

interface Part {
  close(): Promise<void>
}

/** @throws when the database is not there or not migrated, or an address or a certificate cannot be used; nothing is left running */
export async function startControlPlane(config: ControlPlaneConfig, log: Logger): Promise<ControlPlane> {
  await requireMigrated(config.database, log)
  const parts: Part[] = []
  const close = async () => {
    for (const part of parts.splice(0).toReversed()) await part.close()
  }
  try {
    const store = await openStore(config.database, log, { entities })
    parts.push(store)
    const hub = createHub({ changeLog: store.log, fleetStore: store.fleet, config, version: manifest.version, log })
    parts.push(hub)
    const { addresses: cluster } = await hub.listen()
    const connections = createConnectionCounts()
    const admin = createAdminApi({
      config,
      store,
      plugins: pluginConfigs,
      fleet: () => hub.fleet(),
      connections,
      // People, and tests of theirs, use what they made with their next request.
      committed: (revision) => hub.served(revision, SERVED_TIMEOUT_MS),
      version: manifest.version,
      log,
    })
    const listeners = await listen(
      admin,
      config.adminListen,
      { cert: config.sslCert, key: config.sslCertKey },
      connections,
    )
    parts.push(listeners)
    const addresses = {
      admin: listeners.addresses,
      cluster: cluster.map(({ address, port }) => ({ ip: address, port })),
    }
    log.info({ ...addresses, history: store.log.history }, 'the control plane is ready')
    return {
      addresses,
      reload() {
        hub.reloadCertificates().catch((error: unknown) => {
          log.error({ err: error }, 'the new cluster certificates cannot be used; the ones before stay in use')
        })
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function requireMigrated(config: DatabaseConfig, log: Logger): Promise<void> {
  const db = openDatabase(config, log)
  try {
    const { bootstrapped, pending, unknown } = await listMigrations(db)
    if (!bootstrapped) throw new Error('the database is empty: run "holdfast migrations bootstrap"')
    if (unknown.length > 0) throw new Error(`a newer version migrated the database (${unknown.join(', ')})`)
    if (pending.length > 0) throw new Error(`the database needs ${pending.join(', ')}: run "holdfast migrations up"`)
  } finally {
    await db.destroy()
  }
}
