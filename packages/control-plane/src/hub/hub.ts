import type { Server } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Revision } from '@holdfast/sync'
import type { WebSocket } from 'ws'
import type { ControlPlaneConfig } from '../config.ts'
import type { ChangeLog } from '../store/change-log.ts'
import { Admission } from './admission.ts'
import { AnsweredRevisions } from './answered-revisions.ts'
import { ClusterCertificates } from './cluster-certificates.ts'
import { DeltaCache } from './delta-cache.ts'
import { Fleet } from './fleet.ts'
import type { Peer } from './fleet.ts'
import type { DataPlaneRecord, FleetStore } from './fleet-store.ts'
import { HeadWatch } from './head-watch.ts'
import type { HubLog } from './hub-log.ts'
import { listenLocally, listenTls, renewContext } from './listeners.ts'
import type { OnConnection } from './listeners.ts'
import { Session } from './session.ts'
import type { SessionContext } from './session.ts'
import { SnapshotStore } from './snapshot-store.ts'
import { defaultTimings } from './timings.ts'
import type { HubTimings } from './timings.ts'

/** Snapshots on their way at a time; the next data plane waits, connected, until one is done. */
const mostTransfers = 8
/** Sessions told of a new head before others get their turn on this thread. */
const pushesPerTurn = 100

export interface HubOptions {
  readonly changeLog: ChangeLog
  readonly fleetStore: FleetStore
  readonly config: Pick<
    ControlPlaneConfig,
    'nodeId' | 'hostname' | 'prefix' | 'clusterListen' | 'localSocketPath' | 'cluster' | 'dataPlanePurgeDelay'
  >
  /** Version of this control plane, which decides what data planes fit. */
  readonly version: string
  readonly log: HubLog
  readonly clock?: { now(): number }
  readonly timings?: Partial<HubTimings>
}

export interface Hub {
  /** Resolves when all addresses are listened on; throws if the certificates or an address are not usable. */
  listen(): Promise<{ readonly addresses: readonly AddressInfo[] }>
  /** Tells every data plane to come back later, writes the fleet's state and stops. */
  close(): Promise<void>
  /**
   * Resolves when the data plane on the local socket serves this revision or has refused it; at once if there is none, and at
   * the latest after `timeoutMs`.
   */
  served(revision: Revision, timeoutMs: number): Promise<void>
  /** Every data plane of every control plane on this database. */
  fleet(): Promise<DataPlaneRecord[]>
  /** Reads the certificate files again, now. Connections that are there stay. Throws if the files are not usable. */
  reloadCertificates(): Promise<void>
  /** What was done so far, for metrics. */
  counters(): {
    readonly connections: number
    readonly deltasEncoded: number
    readonly snapshotsCut: number
    readonly waiting: number
  }
}

/** Throws if the configuration cannot work. */
export function createHub(options: HubOptions): Hub {
  const { changeLog, config, log } = options
  const now = (): number => options.clock?.now() ?? Date.now()
  const timings: HubTimings = { ...defaultTimings, ...options.timings }
  const certificates = config.cluster && new ClusterCertificates(config.cluster)
  if (config.clusterListen.length > 0 && !certificates)
    throw new Error('cluster_listen needs cluster_cert and cluster_cert_key')

  const fleet = new Fleet({ store: options.fleetStore, log, controlPlane: config.nodeId, now })
  const deltas = new DeltaCache(changeLog)
  const snapshots = new SnapshotStore(join(config.prefix, 'snapshots'), changeLog)
  const admission = new Admission(mostTransfers)
  const sessions = new Set<Session>()
  const local = new AnsweredRevisions()
  const tlsServers: HttpsServer[] = []
  const servers: Server[] = []
  const timers: NodeJS.Timeout[] = []
  const head = new HeadWatch(changeLog, log, (moved) => {
    fleet.headMoved(moved)
    void pushAll()
  })
  let closing = false

  const context: SessionContext = {
    node: { id: config.nodeId, hostname: config.hostname, version: options.version },
    deltas,
    snapshots,
    admission,
    fleet,
    log,
    timings,
    now,
    head: (atLeast) => head.get(atLeast),
    joined(session) {
      for (const other of sessions) {
        if (other !== session && other.nodeId === session.nodeId)
          other.bye('replaced', 'the data plane has connected anew')
      }
    },
    answered() {},
  }
  const localContext: SessionContext = {
    ...context,
    answered: (session, revision) => local.answered(session, revision),
  }

  function onConnection(socket: WebSocket, peer: Peer, its: SessionContext): void {
    const session = new Session(socket, peer, its)
    sessions.add(session)
    socket.on('close', () => {
      sessions.delete(session)
      local.left(session)
      const id = session.nodeId
      if (id !== undefined && ![...sessions].some((other) => other.nodeId === id)) fleet.disconnected(id)
    })
    if (closing) session.bye('shutdown', 'the control plane is stopping')
  }

  async function pushAll(): Promise<void> {
    let pushed = 0
    for (const session of sessions) {
      session.push()
      pushed += 1
      if (pushed % pushesPerTurn === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async function reloadCertificates(): Promise<void> {
    if (!certificates || !(await certificates.read())) return
    for (const server of tlsServers) renewContext(server, certificates)
    log.info({}, 'the cluster certificates were reloaded')
  }

  function every(ms: number, task: () => void): void {
    timers.push(setInterval(task, ms).unref())
  }

  return {
    async listen() {
      await certificates?.read()
      await snapshots.prepare()
      head.start()
      if (certificates) {
        for (const address of config.clusterListen) {
          const admit: OnConnection = (socket, peer) => onConnection(socket, peer, context)
          tlsServers.push(await listenTls(address, certificates, log, admit))
        }
      }
      if (config.localSocketPath !== undefined) {
        const admit: OnConnection = (socket, peer) => onConnection(socket, peer, localContext)
        servers.push(await listenLocally(config.localSocketPath, admit))
      }
      every(timings.heartbeatMs, () => {
        for (const session of sessions) session.beat(head.known)
      })
      every(timings.flushMs, () => void fleet.flush())
      every(timings.purgeMs, () => void fleet.purge(now() - config.dataPlanePurgeDelay * 1000))
      every(timings.certificatesMs, () => {
        reloadCertificates().catch((error: unknown) =>
          log.warn({ err: error }, 'the cluster certificates cannot be read'),
        )
      })
      return { addresses: tlsServers.map((server) => server.address() as AddressInfo) }
    },

    async close() {
      closing = true
      head.stop()
      for (const timer of timers) clearInterval(timer)
      const closed = [...tlsServers, ...servers].map((server) => new Promise((resolve) => server.close(resolve)))
      for (const session of sessions) session.bye('shutdown', 'the control plane is stopping')
      for (const server of [...tlsServers, ...servers]) server.closeIdleConnections()
      // Who does not take leave, or never finished its request, is not waited for.
      const hard = setTimeout(() => {
        for (const server of [...tlsServers, ...servers]) server.closeAllConnections()
      }, timings.closeMs)
      await Promise.all(closed)
      clearTimeout(hard)
      await fleet.flush()
      await snapshots.close()
    },

    served: (revision, timeoutMs) => local.until(revision, timeoutMs),
    fleet: () => fleet.list(3 * timings.heartbeatMs + timings.flushMs),
    reloadCertificates,
    counters: () => ({
      connections: sessions.size,
      deltasEncoded: deltas.encoded,
      snapshotsCut: snapshots.cuts,
      waiting: admission.waiting,
    }),
  }
}
