import type { AddressInfo, Server } from 'node:net'
import type { Listener } from '../config.ts'
import type { Runtime } from '../compile/runtime.ts'
import { DeadlineSweep } from '../upstream/deadline-sweep.ts'
import { answerDefect } from './answer.ts'
import { ClientConnection } from './client-connection.ts'
import type { ConnectionStats } from './connection-stats.ts'
import { Gateway } from './gateway.ts'
import { serverFor, type Accept } from './listen.ts'
import type { ProxyHooks, ProxySettings } from './settings.ts'

export interface ProxyServer {
  /** Bound ports, in the order of the listeners. */
  readonly ports: readonly number[]
  /** As they are when it is read. */
  readonly stats: ConnectionStats
  /** Stops accepting, lets requests in flight end (their answers say `Connection: close`), cuts what is left after `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>
}

export interface ProxyServerOptions {
  readonly listeners: readonly Listener[]
  /** Asked once per request, which keeps what it got. */
  readonly runtime: () => Runtime
  readonly settings: ProxySettings
  readonly hooks: ProxyHooks
}

/** How often limits of client connections are looked at. */
const sweepMs = 1000

/** Opens every listener of one proxy thread. Rejects, with nothing left open, if one cannot be bound. */
export async function startProxyServer(options: ProxyServerOptions): Promise<ProxyServer> {
  const gateway = new Gateway(options.runtime, options.settings, options.hooks, answerDefect)
  const sweep = new DeadlineSweep(Math.min(sweepMs, smallestLimit(gateway)))
  const connections = new Set<ClientConnection>()
  const emptied: (() => void)[] = []
  const accept: Accept = (socket, accepted) => {
    gateway.stats.handled++
    const connection = new ClientConnection(socket, accepted, gateway, sweep, (closed) => {
      connections.delete(closed)
      if (connections.size === 0) for (const tell of emptied.splice(0)) tell()
    })
    connections.add(connection)
  }
  const servers: Server[] = []
  try {
    for (const listener of options.listeners) {
      const server = serverFor(listener, gateway, accept)
      servers.push(server)
      await listening(server, listener)
    }
  } catch (error) {
    for (const server of servers) server.close()
    throw error
  }
  return {
    ports: servers.map((server) => (server.address() as AddressInfo).port),
    get stats() {
      return gateway.stats.snapshot()
    },
    async drain(timeoutMs) {
      gateway.draining = true
      for (const server of servers) server.close()
      for (const connection of connections) connection.drain()
      if (connections.size > 0) await within(timeoutMs, new Promise<void>((resolve) => emptied.push(resolve)))
      for (const connection of connections) connection.destroy()
      gateway.pools.close()
    },
  }
}

function smallestLimit({ limits }: Gateway): number {
  return Math.max(20, Math.min(limits.headMs, limits.bodyMs, limits.idleMs, limits.sendMs) / 4)
}

function listening(server: Server, listener: Listener): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(
      {
        host: listener.ip,
        port: listener.port,
        reusePort: listener.reuseport,
        ...(listener.backlog !== undefined && { backlog: listener.backlog }),
      },
      () => {
        server.off('error', reject)
        resolve()
      },
    )
  })
}

function within(ms: number, done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    void done.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
