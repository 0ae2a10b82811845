/** Puts a data plane together: the replica and its source, the proxy threads, and the status API. */
import { join } from 'node:path'
import { plugins } from '@holdfast/plugins'
import type { Logger } from 'pino'
import manifest from '../package.json' with { type: 'json' }
import { check } from './compile/compile.ts'
import type { DataPlaneConfig } from './config.ts'
import { loadFile } from './declarative-file.ts'
import { claimPorts } from './listen-ports.ts'
import { createReplicaClient, Replica, type Check, type OnApplied } from './replica/index.ts'
import { attachCounters } from './shared/counters.ts'
import { counterFamilies } from './shared/counter-families.ts'
import { createSharedMemory } from './shared/memory.ts'
import { MetricsHub } from './shared/metrics-hub.ts'
import { certificateExpiry } from './status/certificate-expiry.ts'
import { nodeFamilies } from './status/node-metrics.ts'
import { readiness } from './status/readiness.ts'
import { startStatusServer } from './status/server.ts'
import { targetHealthFamily } from './status/target-health.ts'
import { createThreadPool } from './thread/pool.ts'
import type { ToThread } from './thread/protocol.ts'
import { ThreadReports } from './thread/reports.ts'

export interface DataPlane {
  readonly addresses: {
    readonly proxy: readonly { readonly ip: string; readonly port: number; readonly ssl: boolean }[]
    readonly status: readonly { readonly ip: string; readonly port: number; readonly ssl: boolean }[]
  }
  /** Certificates for the control plane are read from their files at every connection; a declarative file is loaded again. */
  reload(): void
  /** Finishes requests in flight (at most `config.drainTimeoutMs`), then lets go of everything. */
  close(): Promise<void>
}

/** @throws when a port is in use, a file cannot be read or a first configuration from a file is wrong; nothing is left running */
export async function startDataPlane(config: DataPlaneConfig, log: Logger): Promise<DataPlane> {
  const { version } = manifest
  const endings: (() => Promise<void> | void)[] = []
  const close = async () => {
    for (const end of endings.splice(0).toReversed()) await end()
  }
  try {
    const proxyListen = await claimPorts(config.proxyListen)
    const replica = await Replica.open({ path: join(config.prefix, 'replica'), log })
    endings.push(() => replica.close())

    const shared = createSharedMemory()
    const metrics = new MetricsHub()
    const reports = new ThreadReports(metrics, log)
    let draining = false
    const loaded = () => replica.standing.history !== ''
    const threads = createThreadPool({
      count: config.threads,
      birth: (index) => ({
        index,
        config: { ...config, proxyListen },
        version,
        replicaPath: join(config.prefix, 'replica'),
        shared,
      }),
      greeting: () => (loaded() ? { kind: 'revision', touched: 'all' } : undefined),
      onMessage: (index, message) => reports.take(index, message),
      onDeath: (index) => reports.threadGone(index),
      log,
    })
    endings.push(() => {
      draining = true
      return threads.drain(config.drainTimeoutMs)
    })
    await threads.start()

    const pluginsByName = new Map(plugins.map((plugin) => [plugin.name, plugin]))
    const tryRevision: Check = (reader, touched) => check(reader, touched, pluginsByName)
    const onApplied: OnApplied = ({ revision, touched }) => {
      const message: ToThread = loaded() ? { kind: 'revision', touched } : { kind: 'lost' }
      if (message.kind === 'lost') reports.nothingServed()
      threads.broadcast(message)
      log.debug({ revision, rows: touched === 'all' ? 'all' : touched.length }, 'a revision was applied')
      if (message.kind === 'revision') return reports.settled(revision, threads.living)
    }
    const source = await openSource()
    endings.push(() => source.stop())

    const counters = attachCounters(shared.counters)
    metrics.addCollector(() => counterFamilies(counters))
    metrics.addCollector(() =>
      metrics.knows('kong_upstream_target_health') ? [targetHealthFamily(replica.reader)] : [],
    )
    const threadStats = () => reports.ask((message) => threads.broadcast(message), threads.living)
    const status = await startStatusServer(config.statusListen, {
      version,
      tls: { cert: config.sslCert, key: config.sslCertKey },
      threads: threadStats,
      past: () => reports.past,
      configurationHash: () => (loaded() ? replica.standing.digest : '0'.repeat(32)),
      readiness: () =>
        readiness({
          draining,
          loaded: loaded(),
          why: replica.damage === undefined ? source.trouble() : 'the replica was damaged and set aside',
          serving: reports.serving.size,
          threads: config.threads,
        }),
      async metrics() {
        const families = metrics.collect()
        const node = { nodeId: config.nodeId, version }
        families.push(
          ...nodeFamilies(
            node,
            await threadStats(),
            reports.past,
            source.state(),
            await certificateExpiry(config.source),
          ),
        )
        return families
      },
      sync: source.state,
    })
    endings.push(() => status.close())

    const addresses = {
      proxy: proxyListen.map(({ ip, port, ssl }) => ({ ip, port, ssl })),
      status: config.statusListen.map(({ ip, ssl }, index) => ({ ip, port: status.ports[index]!, ssl })),
    }
    log.info(
      { ...addresses, threads: config.threads, revision: replica.standing.revision },
      'the data plane is listening',
    )
    return { addresses, reload: source.reload, close }

    /** Where configuration comes from: a control plane that is followed, or a file that is read. */
    async function openSource() {
      const { source: from } = config
      if (from.kind === 'file') {
        const load = () => loadFile(from.path, replica, tryRevision, onApplied, log)
        await load()
        return {
          reload() {
            load().catch((err: unknown) => log.error({ err }, 'the file was not loaded; what was before is served on'))
          },
          stop() {},
          trouble: () => undefined,
          state: () => undefined,
        }
      }
      const client = createReplicaClient({
        source: from,
        replica,
        self: {
          node: { id: config.nodeId, hostname: config.hostname, version },
          labels: from.kind === 'control_plane' ? from.labels : {},
          plugins: plugins.map((plugin) => ({ name: plugin.name, version: plugin.version })),
        },
        check: tryRevision,
        onApplied,
        log,
      })
      client.start()
      return {
        reload() {
          log.info('certificates are read again at the next connection')
        },
        stop: () => client.stop(),
        trouble: () => client.state().lastError?.message,
        state: () => client.state(),
      }
    }
  } catch (error) {
    await close()
    throw error
  }
}
