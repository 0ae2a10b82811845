/** The sockets of the Admin API. */
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { AdminListener } from '../config.ts'

export interface Listeners {
  readonly addresses: readonly { readonly ip: string; readonly port: number; readonly ssl: boolean }[]
  /** Takes no new connections and resolves when the requests in flight are answered. */
  close(): Promise<void>
}

/** PEM texts. */
export interface ListenerCertificate {
  readonly cert: string
  readonly key: string
}

/** What has come in so far, on all listeners. */
export interface ConnectionCounts {
  accepted: number
  active: number
  requests: number
}

export function createConnectionCounts(): ConnectionCounts {
  return { accepted: 0, active: 0, requests: 0 }
}

/** A client may take this long to send a whole request. */
const REQUEST_TIMEOUT_MS = 60_000

/** @throws when an address cannot be listened on; nothing is then left listening */
export async function listen(
  app: FastifyInstance,
  listeners: readonly AdminListener[],
  certificate: ListenerCertificate,
  counts: ConnectionCounts,
): Promise<Listeners> {
  await app.ready()
  let draining = false
  const handle: http.RequestListener = (request, response) => {
    counts.requests++
    if (draining) response.setHeader('Connection', 'close')
    app.routing(request, response)
  }
  const options = { requestTimeout: REQUEST_TIMEOUT_MS }
  const servers: (http.Server | https.Server)[] = []

  async function close(): Promise<void> {
    draining = true
    await Promise.all(
      servers
        .filter((server) => server.listening)
        .map(async (server) => {
          const closed = once(server, 'close')
          server.close()
          await closed
        }),
    )
    await app.close()
  }

  try {
    for (const listener of listeners) {
      const server = listener.ssl
        ? https.createServer({ ...options, ...certificate }, handle)
        : http.createServer(options, handle)
      servers.push(server)
      server.on('connection', (socket) => {
        counts.accepted++
        counts.active++
        socket.once('close', () => counts.active--)
      })
      server.listen(listener.port, listener.ip)
      await once(server, 'listening')
    }
  } catch (error) {
    await close()
    throw error
  }

  return {
    addresses: servers.map((server, index) => {
      const address = server.address() as AddressInfo
      return { ip: address.address, port: address.port, ssl: listeners[index]?.ssl === true }
    }),
    close,
  }
}
