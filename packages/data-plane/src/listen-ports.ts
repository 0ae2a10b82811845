import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Listener } from './config.ts'

/**
 * Sees that the ports are free and settles port 0. Threads share their ports through SO_REUSEPORT, with which a second gateway
 * would join in unnoticed; so each port is opened once without it. Rejects with the error of `listen`.
 */
export async function claimPorts(listeners: readonly Listener[]): Promise<Listener[]> {
  const claimed: Listener[] = []
  for (const listener of listeners) {
    const server = createServer().listen({ host: listener.ip, port: listener.port })
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    server.close()
    await once(server, 'close')
    claimed.push({ ...listener, port, reuseport: true })
  }
  return claimed
}
