/** One proxy thread: its own listeners, runtime, pools and event loop. Started by `pool.ts`. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { plugins } from '@holdfast/plugins'
import { Resolver } from '../balancer/resolver.ts'
import { Upstreams } from '../balancer/upstreams.ts'
import { startProxyServer } from '../proxy/server.ts'
import { openReader } from '../replica/index.ts'
import { attachCounters } from '../shared/counters.ts'
import { createThreadMetrics } from '../shared/metrics.ts'
import { createHost } from './host.ts'
import type { FromThread, ThreadBirth, ToThread } from './protocol.ts'
import { RuntimeKeeper } from './runtime-keeper.ts'
import { createThreadLog } from './thread-log.ts'

const birth = workerData as ThreadBirth
const port = parentPort as MessagePort
const post = (message: FromThread): void => port.postMessage(message)
const { config, index } = birth
const log = createThreadLog(post, config.logLevel)

try {
  const reader = openReader(birth.replicaPath)
  const metrics = createThreadMetrics((message) => post({ kind: 'metrics', message }))
  const counters = attachCounters(birth.shared.counters)
  const node = { id: config.nodeId, hostname: config.hostname, version: birth.version }
  const sources = { node, counters, metrics, log, reader: () => reader }
  const keeper = new RuntimeKeeper({
    reader,
    plugins: new Map(plugins.map((plugin) => [plugin.name, plugin])),
    createHost: (plugin) => createHost(sources, plugin),
    upstreams: new Upstreams({ resolver: new Resolver(), log, startOffset: index }),
    onCompiled: (revision, ms) => post({ kind: 'compiled', revision, ms }),
    onRefused: (revision, reason) => post({ kind: 'refused', revision, reason }),
  })
  const server = await startProxyServer({
    listeners: config.proxyListen,
    runtime: () => keeper.runtime,
    settings: { ...config, version: birth.version },
    hooks: { log },
  })
  post({ kind: 'listening', ports: server.ports })
  port.on('message', (message: ToThread) => {
    switch (message.kind) {
      case 'revision':
        keeper.follow(message.touched)
        return
      case 'lost':
        keeper.lose()
        return
      case 'stats':
        post({ kind: 'stats', id: message.id, stats: server.stats, heapBytes: process.memoryUsage().heapUsed })
        return
      case 'drain':
        void server.drain(message.timeoutMs).then(async () => {
          keeper.dispose()
          await reader.close()
          port.close()
          // Timers and sockets of plugins may be left; nothing waits for them.
          process.exit(0)
        })
        return
      default:
        message satisfies never
    }
  })
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException
  const { address, port: failedPort } = error as { address?: string; port?: number }
  post({ kind: 'failed', message, code, address, port: failedPort })
  process.exit(1)
}
