// The service behind the demo gateway: answers with a picture of what reached it.
import { createServer } from 'node:http'
import type { Server } from 'node:http'

export function startUpstream(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      const body = JSON.stringify(
        { service: 'Holdfast demo upstream', method: request.method, url: request.url, headers: request.headers },
        null,
        2,
      )
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) + 1 })
      response.end(`${body}\n`)
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
