import { chmod, mkdir, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { dirname } from 'node:path'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { limits, syncPath } from '@holdfast/sync'
import { certificateExpiry } from './cluster-certificates.ts'
import type { ClusterCertificates } from './cluster-certificates.ts'
import type { Peer } from './fleet.ts'
import type { HubLog } from './hub-log.ts'

export type OnConnection = (socket: WebSocket, peer: Peer) => void

/** TLS handshakes at a time: each costs milliseconds of this thread, and who is turned away comes back later. */
const mostHandshakes = 200
const httpLimits = { maxHeaderSize: 8192, headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 1000 }

/** Listens with mTLS. Whoever cannot show a certificate that is admitted gets no answer at all. */
export async function listenTls(
  address: { readonly ip: string; readonly port: number },
  certificates: ClusterCertificates,
  log: HubLog,
  onConnection: OnConnection,
): Promise<HttpsServer> {
  const server = createHttpsServer({
    ...certificates.context(),
    ...httpLimits,
    requestCert: true,
    rejectUnauthorized: certificates.chainRequired,
    handshakeTimeout: 10_000,
  })
  limitHandshakes(server)
  server.prependListener('secureConnection', (socket) => {
    const refusal = certificates.refusal(socket)
    if (refusal === undefined) return
    log.warn({ ip: socket.remoteAddress, reason: refusal }, 'a data plane was refused')
    socket.destroy()
  })
  server.on('tlsClientError', (error, socket) => {
    log.warn({ ip: socket.remoteAddress, reason: error.message }, 'a data plane was refused')
  })
  serve(server, onConnection)
  await listening(server, () => server.listen(address.port, address.ip))
  return server
}

/** Listens on a unix socket that only this user may open, for the data plane beside this control plane. */
export async function listenLocally(path: string, onConnection: OnConnection): Promise<Server> {
  const server = createHttpServer(httpLimits)
  serve(server, onConnection)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await rm(path, { force: true })
  // The socket is made with these rights, so there is no moment at which others could open it.
  const mask = process.umask(0o177)
  try {
    await listening(server, () => server.listen(path))
  } finally {
    process.umask(mask)
  }
  await chmod(path, 0o600)
  return server
}

/** New handshakes use the certificates as they are now; connections that are there stay. */
export function renewContext(server: HttpsServer, certificates: ClusterCertificates): void {
  server.setSecureContext(certificates.context())
}

function serve(server: Server | HttpsServer, onConnection: OnConnection): void {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.dataPlaneFrame,
    clientTracking: false,
  })
  server.on('request', (_, response) => response.writeHead(404, { connection: 'close' }).end())
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const path = request.url?.split('?', 1)[0]
    if (path !== syncPath) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => onConnection(webSocket, peerOf(request.socket)))
  })
}

function peerOf(socket: Socket): Peer {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
  return {
    ip: socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
    certificateExpiry: certificate ? certificateExpiry(certificate) : null,
  }
}

function limitHandshakes(server: HttpsServer): void {
  const handshakes = new Set<string>()
  server.on('connection', (socket: Socket) => {
    if (handshakes.size >= mostHandshakes) return socket.destroy()
    const key = name(socket)
    handshakes.add(key)
    socket.once('close', () => handshakes.delete(key))
  })
  server.on('secureConnection', (socket) => handshakes.delete(name(socket)))
}

function listening(server: Server | HttpsServer, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('listening', () => {
      server.off('error', reject)
      resolve()
    })
    listen()
  })
}

function name(socket: Socket): string {
  return `${socket.remoteAddress}:${socket.remotePort}`
}
