import { X509Certificate, createHash, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { WebSocket } from 'ws'
import type { ClientOptions } from 'ws'
import { limits, syncPath } from '@holdfast/sync'
import type { ConfigSource } from '../config.ts'

/** The sources that a control plane is behind. */
export type RemoteSource = Exclude<ConfigSource, { kind: 'file' }>

/** What the addresses of a source are called, in the order in which they are tried. */
export function addressesOf(source: RemoteSource): readonly string[] {
  if (source.kind === 'local') return [source.socketPath]
  return source.addresses.map(({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`))
}

/**
 * Opens the connection to one address. Certificates are read from their files each time, so new ones are used from the next
 * connection on. Rejects when there is no connection, or the peer is not the control plane it should be.
 */
export async function openControlPlaneSocket(
  source: RemoteSource,
  address: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<WebSocket> {
  const options: ClientOptions = {
    perMessageDeflate: false,
    maxPayload: limits.controlPlaneFrame,
    handshakeTimeout: timeoutMs,
    followRedirects: false,
  }
  const tls = source.kind === 'local' ? undefined : await readTls(source)
  // An abort while the files were read has no listener yet.
  signal.throwIfAborted()
  const url = tls ? `wss://${address}${syncPath}` : `ws+unix:${address}:${syncPath}`
  const socket = new WebSocket(url, { ...options, ...tls?.options })
  const abort = (): void => socket.terminate()
  signal.addEventListener('abort', abort, { once: true })
  try {
    await opened(socket, tls?.shared)
    return socket
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

interface Tls {
  readonly options: ClientOptions
  /** SHA-256 of the certificate that both ends must show; `undefined` where a chain decides. */
  readonly shared: Buffer | undefined
}

async function readTls(source: Extract<RemoteSource, { kind: 'control_plane' }>): Promise<Tls> {
  const [cert, key, bundle] = await Promise.all([
    readFile(source.certPath, 'utf8'),
    readFile(source.keyPath, 'utf8'),
    source.caPath === undefined ? undefined : readFile(source.caPath, 'utf8'),
  ])
  const own = { cert, key, servername: source.serverName, minVersion: 'TLSv1.2' } as const
  if (source.mtls === 'shared') {
    // There is no chain to check; that it is the very same certificate is checked when the handshake is over.
    return { options: { ...own, rejectUnauthorized: false }, shared: sha256(new X509Certificate(cert).raw) }
  }
  return {
    options: { ...own, rejectUnauthorized: true, ...(bundle !== undefined && { ca: bundle }) },
    shared: undefined,
  }
}

function opened(socket: WebSocket, shared: Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error & { readonly code?: string }): void => {
      const hungUp = error.code === 'ECONNRESET'
      reject(hungUp ? new Error(`${error.message}: is this certificate one that the control plane accepts?`) : error)
      // Ending a connection that is not open yet is told as one more error.
      socket.on('error', () => {})
      socket.terminate()
    }
    socket.once('error', fail)
    socket.once('close', () => reject(new Error('the connection was closed')))
    socket.once('upgrade', (response: IncomingMessage) => {
      if (shared && !showsCertificate(response, shared)) {
        fail(new Error('the control plane does not have the shared certificate'))
      }
    })
    socket.once('open', () => {
      socket.off('error', fail)
      resolve()
    })
  })
}

function showsCertificate(response: IncomingMessage, digest: Buffer): boolean {
  const certificate = response.socket instanceof TLSSocket ? response.socket.getPeerX509Certificate() : undefined
  return certificate !== undefined && timingSafeEqual(sha256(certificate.raw), digest)
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
