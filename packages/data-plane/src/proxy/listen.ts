import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Listener } from '../config.ts'
import type { Gateway } from './gateway.ts'
import { readProxyHeader } from './proxy-protocol.ts'

/** What a listener knows about a connection that its socket does not. */
export interface Accepted {
  readonly scheme: 'http' | 'https'
  /** The client's address and port as the PROXY protocol gives them. */
  readonly proxiedIp: string | undefined
  readonly proxiedPort: number | undefined
}

/** Called with every connection that is ready to be read: after the TLS handshake, and after the PROXY header. */
export type Accept = (socket: Socket, accepted: Accepted) => void

/** Sockets read in pieces of this size at the most, and are written to without waiting up to it. */
const options = { noDelay: true, allowHalfOpen: true, highWaterMark: 64 * 1024 }

/** Makes the server of a listener; the caller binds it. */
export function serverFor(listener: Listener, gateway: Gateway, accept: Accept): Server {
  const counted = (socket: Socket): Socket => {
    gateway.stats.accepted++
    return socket
  }
  const { ssl, proxyProtocol } = listener
  if (!ssl && !proxyProtocol)
    return createTcpServer(options, (socket) => accept(counted(socket), { scheme: 'http', ...direct }))
  if (!ssl) {
    return createTcpServer(options, (socket) => {
      takeProxyHeader(counted(socket), gateway, (from) => {
        accept(socket, { scheme: 'http', ...from })
        socket.resume()
      })
    })
  }
  if (!proxyProtocol) {
    return tlsServer(gateway, (socket) => accept(socket, { scheme: 'https', ...direct })).on('connection', counted)
  }
  // The header comes before the handshake, in the clear; the two are joined again by the other end's address.
  const proxied = new Map<string, Proxied>()
  const inner = tlsServer(gateway, (socket) => {
    accept(socket, { scheme: 'https', ...(proxied.get(otherEnd(socket)) ?? direct) })
  })
  return createTcpServer(options, (socket) => {
    takeProxyHeader(counted(socket), gateway, (from) => {
      const key = otherEnd(socket)
      proxied.set(key, from)
      socket.once('close', () => proxied.delete(key))
      inner.emit('connection', socket)
    })
  })
}

type Proxied = Pick<Accepted, 'proxiedIp' | 'proxiedPort'>

const direct: Proxied = { proxiedIp: undefined, proxiedPort: undefined }

function otherEnd(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`
}

/** Reads the PROXY header, puts back what follows it and leaves the socket paused. A connection without one is closed: its peer is not who it should be. */
function takeProxyHeader(socket: Socket, gateway: Gateway, then: (from: Proxied) => void): void {
  let bytes: Buffer = Buffer.alloc(0)
  const drop = (): void => void socket.destroy()
  socket.setTimeout(gateway.limits.headMs, drop)
  socket.on('error', drop)
  const read = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk])
    const header = readProxyHeader(bytes)
    if (header === 'more') return
    if (header === 'bad') return drop()
    socket.off('data', read)
    socket.off('end', drop)
    socket.off('timeout', drop)
    socket.pause()
    socket.setTimeout(0)
    if (header.length < bytes.length) socket.unshift(bytes.subarray(header.length))
    then({ proxiedIp: header.ip, proxiedPort: header.port })
  }
  socket.on('data', read)
  socket.on('end', drop)
}

function tlsServer(gateway: Gateway, accept: (socket: Socket) => void): Server {
  const { sslCert, sslCertKey } = gateway.settings
  const server = createTlsServer(
    {
      ...options,
      cert: sslCert,
      key: sslCertKey,
      minVersion: 'TLSv1.2',
      // A listener that also offers HTTP/2 speaks HTTP/1.1 until the engine has it.
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: gateway.limits.headMs,
      SNICallback: (name, done) => done(null, gateway.runtime().certificate(name)),
    },
    accept,
  )
  // A client that fails its handshake is its own affair; its socket is destroyed.
  server.on('tlsClientError', () => undefined)
  return server
}
