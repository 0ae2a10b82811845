import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A network path between two processes that a test can measure and cut. Binds to loopback. */
export interface Relay {
  readonly port: number
  /** Bytes that went from the server to clients, and the other way. */
  readonly bytes: { toClient: number; toServer: number }
  /** Cuts every connection and, while `down`, refuses new ones. */
  cut(down?: boolean): void
  restore(): void
  /** Goes silent: connections stay, nothing more comes through them. */
  stall(): void
  /** Cuts once `count` more bytes have gone to clients. */
  cutAfter(count: number): void
  close(): Promise<void>
}

export async function startRelay(targetPort: number): Promise<Relay> {
  const pairs = new Set<readonly [Socket, Socket]>()
  const bytes = { toClient: 0, toServer: 0 }
  let down = false
  let left = Infinity

  function cut(): void {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
    pairs.clear()
  }

  const server = createServer({ noDelay: true }, (client) => {
    if (down) {
      client.destroy()
      return
    }
    const upstream = connect({ port: targetPort, host: '127.0.0.1', noDelay: true })
    const pair = [client, upstream] as const
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    client.on('data', (chunk) => {
      bytes.toServer += chunk.length
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      left -= chunk.length
      if (left < 0) {
        left = Infinity
        cut()
        return
      }
      bytes.toClient += chunk.length
      if (!client.write(chunk)) {
        upstream.pause()
        client.once('drain', () => upstream.resume())
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as { port: number }).port,
    bytes,
    cut(stayDown = false) {
      down = stayDown
      cut()
    },
    restore() {
      down = false
    },
    stall() {
      for (const pair of pairs) for (const socket of pair) socket.pause()
    },
    cutAfter(count) {
      left = count
    },
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
