import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import type { UpstreamTls } from '../compile/runtime.ts'
import type { Endpoint } from './endpoint.ts'

/** Receives what is read, in a buffer that `nextBuffer` gave and that is used again unless `nextBuffer` gives another. */
export interface Reader {
  nextBuffer(): Uint8Array
  onRead(length: number, buffer: Uint8Array): void
}

/** Sessions let a later handshake to the same endpoint skip the certificate exchange. */
export interface TlsSessions {
  session: Buffer | undefined
}

/** Opens a connection. It is ready at `connect`, or at `secureConnect` for TLS. */
export function openSocket(endpoint: Endpoint, reader: Reader, sessions: TlsSessions): Socket {
  const onread = {
    buffer: () => reader.nextBuffer(),
    callback(length: number, buffer: Uint8Array) {
      reader.onRead(length, buffer)
      return true
    },
  }
  const common = { host: endpoint.ip, port: endpoint.port, noDelay: true, keepAlive: true, allowHalfOpen: true, onread }
  if (!endpoint.tls) return connectTcp(common)
  const { verify, verifyDepth } = endpoint.tls
  const socket = connectTls({
    ...common,
    ...(isIP(endpoint.serverName) === 0 && endpoint.serverName !== '' && { servername: endpoint.serverName }),
    ...(sessions.session && { session: sessions.session }),
    secureContext: secureContext(endpoint.tls),
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: verify,
  })
  socket.on('session', (session: Buffer) => (sessions.session = session))
  if (verify && verifyDepth !== undefined)
    socket.prependListener('secureConnect', () => requireDepth(socket, verifyDepth))
  return socket
}

/** Made once per service: reading PEM and building a context costs far more than a handshake's share of it. */
function secureContext(tls: UpstreamTls): SecureContext {
  let context = contexts.get(tls)
  if (!context) {
    context = createSecureContext({
      minVersion: 'TLSv1.2',
      ...(tls.ca && { ca: [...tls.ca] }),
      ...(tls.client && { cert: tls.client.cert, key: tls.client.key }),
    })
    contexts.set(tls, context)
  }
  return context
}

const contexts = new WeakMap<UpstreamTls, SecureContext>()

/** OpenSSL's meaning of depth: certificates between the peer's own and the root. */
function requireDepth(socket: TLSSocket, limit: number): void {
  // A resumed session carries no chain; it was checked when it was made.
  if (socket.isSessionReused()) return
  let depth = -1
  let certificate = socket.getPeerCertificate(true)
  while (
    certificate?.issuerCertificate &&
    certificate.issuerCertificate.fingerprint256 !== certificate.fingerprint256
  ) {
    certificate = certificate.issuerCertificate
    depth++
  }
  if (depth > limit)
    socket.destroy(new Error(`certificate chain too long: ${depth} between the peer's and the root, ${limit} allowed`))
}
