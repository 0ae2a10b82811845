import { once } from 'node:events'
import { createServer, type Server } from 'node:http'

export interface Upstream {
  readonly port: number
  readonly url: string
  /** Requests answered so far. */
  readonly count: number
  close(): Promise<void>
}

/** Answers every request with what it received, as JSON, and with `name` so that a test knows who answered. */
export async function startUpstream(name = 'upstream', port = 0): Promise<Upstream> {
  let count = 0
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      count++
      const { method, url, headers } = request
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify({ name, method, url, headers, body: Buffer.concat(chunks).toString('latin1') }))
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as { port: number }
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    get count() {
      return count
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close').catch(() => undefined)
    },
  }
}
