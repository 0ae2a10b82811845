import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHub } from '@holdfast/control-plane/hub'
import type { DataPlaneRecord, FleetStore, Hub, HubOptions } from '@holdfast/control-plane/hub'
import { CLUSTER_NAME, createClusterCertificate } from '@holdfast/control-plane/pki'
import type { KeyedCertificate } from '@holdfast/control-plane/pki'
import { Replica, createReplicaClient } from '@holdfast/data-plane/replica'
import type { AppliedRevision, RemoteSource, ReplicaClient, ReplicaClientOptions } from '@holdfast/data-plane/replica'
import type { ChangeLog } from '@holdfast/control-plane/store'
import { MemoryChangeLog } from './memory-change-log.ts'

/** What several control planes share, in memory. */
export class MemoryFleetStore implements FleetStore {
  readonly records = new Map<string, DataPlaneRecord>()
  saves = 0

  async save(batch: readonly DataPlaneRecord[]): Promise<void> {
    this.saves += 1
    for (const record of batch) this.records.set(record.id, record)
  }

  async load(): Promise<readonly DataPlaneRecord[]> {
    return [...this.records.values()]
  }

  async purge(before: number): Promise<number> {
    const old = [...this.records.values()].filter((record) => record.lastSeen < before)
    for (const record of old) this.records.delete(record.id)
    return old.length
  }
}

export interface LogLine {
  readonly level: string
  readonly fields: object
  readonly message: string
}

/** Keeps what was logged. */
export function memoryLog(): ReplicaClientOptions['log'] & HubOptions['log'] & { lines: LogLine[] } {
  const lines: LogLine[] = []
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message })
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

export interface CertificateFiles {
  readonly certPath: string
  readonly keyPath: string
  readonly caPath: string | undefined
}

export interface DataPlane {
  readonly id: string
  readonly client: ReplicaClient
  readonly replica: Replica
  readonly applied: AppliedRevision[]
  readonly path: string
  stop(): Promise<void>
}

export interface DataPlaneOptions {
  readonly id?: string
  readonly path?: string
  readonly version?: string
  readonly check?: ReplicaClientOptions['check']
  /** Waited for before a revision is acknowledged. */
  readonly serve?: ReplicaClientOptions['onApplied']
  readonly source: RemoteSource
  readonly timings?: ReplicaClientOptions['timings']
}

/** Everything a test starts, stopped and removed by `end`. */
export class TestFleet {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-sync-'))
  readonly changeLog = new MemoryChangeLog()
  readonly fleetStore = new MemoryFleetStore()
  readonly log = memoryLog()
  readonly #ends: (() => Promise<unknown>)[] = []
  #count = 0

  write(name: string, keyed: KeyedCertificate, ca?: string): CertificateFiles {
    const path = (suffix: string): string => join(this.folder, `${name}.${suffix}`)
    writeFileSync(path('crt'), keyed.certificate)
    writeFileSync(path('key'), keyed.key, { mode: 0o600 })
    if (ca !== undefined) writeFileSync(path('ca'), ca)
    return { certPath: path('crt'), keyPath: path('key'), caPath: ca === undefined ? undefined : path('ca') }
  }

  async controlPlane(
    options: {
      files?: CertificateFiles
      mtls?: 'shared' | 'pki' | 'pki_check_cn'
      allowedCommonNames?: readonly string[]
      localSocketPath?: string
      version?: string
      port?: number
      timings?: HubOptions['timings']
      changeLog?: ChangeLog
      fleetStore?: FleetStore
    } = {},
  ): Promise<{ hub: Hub; port: number; stop: () => Promise<void> }> {
    const { files, mtls = 'shared', allowedCommonNames = [] } = options
    this.#count += 1
    const hub = createHub({
      changeLog: options.changeLog ?? this.changeLog,
      fleetStore: options.fleetStore ?? this.fleetStore,
      version: options.version ?? '1.4.0',
      log: this.log,
      timings: { flushMs: 50, closeMs: 200, ...options.timings },
      config: {
        nodeId: `cp-${this.#count}`,
        hostname: 'localhost',
        prefix: join(this.folder, `cp-${this.#count}`),
        clusterListen: files ? [{ ip: '127.0.0.1', port: options.port ?? 0 }] : [],
        localSocketPath: options.localSocketPath,
        cluster: files && { mtls, allowedCommonNames, ...files },
        dataPlanePurgeDelay: 60,
      },
    })
    const { addresses } = await hub.listen()
    const stop = once(() => hub.close())
    this.#ends.push(stop)
    return { hub, port: addresses[0]?.port ?? 0, stop }
  }

  async dataPlane(options: DataPlaneOptions): Promise<DataPlane> {
    this.#count += 1
    const id = options.id ?? `dp-${this.#count}`
    const path = options.path ?? join(this.folder, id, 'replica')
    const replica = await Replica.open({ path, log: this.log })
    const applied: AppliedRevision[] = []
    const client = createReplicaClient({
      source: options.source,
      replica,
      self: {
        node: { id, hostname: `${id}.test`, version: options.version ?? '1.4.0' },
        labels: { region: 'test' },
        plugins: [{ name: 'key-auth', version: '1.0.0' }],
      },
      check: options.check ?? (() => []),
      onApplied(revision) {
        applied.push(revision)
        return options.serve?.(revision)
      },
      log: this.log,
      timings: { backoffBaseMs: 20, backoffCapMs: 200, ...options.timings },
    })
    client.start()
    const stop = once(async () => {
      await client.stop()
      await replica.close()
    })
    this.#ends.push(stop)
    return { id, client, replica, applied, path, stop }
  }

  async end(): Promise<void> {
    for (const end of this.#ends.toReversed()) await end()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export function sourceOf(
  port: number | readonly number[],
  files: CertificateFiles,
  mtls: 'shared' | 'pki' | 'pki_check_cn' = 'shared',
  serverName = CLUSTER_NAME,
): RemoteSource {
  const addresses = [port].flat().map((each) => ({ host: '127.0.0.1', port: each }))
  return { kind: 'control_plane', addresses, mtls, serverName, labels: {}, ...files }
}

/** A control plane whose certificate is shared, and where its data planes connect. */
export async function sharedFleet(): Promise<{
  fleet: TestFleet
  files: CertificateFiles
  hub: Hub
  port: number
  stop: () => Promise<void>
}> {
  const fleet = new TestFleet()
  const files = fleet.write('shared', await createClusterCertificate())
  return { fleet, files, ...(await fleet.controlPlane({ files })) }
}

function once(end: () => Promise<void>): () => Promise<void> {
  let ended: Promise<void> | undefined
  return () => (ended ??= end())
}
