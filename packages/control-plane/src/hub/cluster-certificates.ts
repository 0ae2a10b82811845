import { createHash, timingSafeEqual } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { constants } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { PeerCertificate, SecureContextOptions, TLSSocket } from 'node:tls'
import type { ControlPlaneConfig } from '../config.ts'

type ClusterConfig = NonNullable<ControlPlaneConfig['cluster']>

/** The certificate, key and CA bundle that data planes are met with, as last read from their files. */
export class ClusterCertificates {
  readonly #config: ClusterConfig
  #pem: { readonly cert: string; readonly key: string; readonly ca: string } | undefined
  /** SHA-256 of our own certificate. */
  #digest = Buffer.alloc(32)

  /** Throws if the configuration can admit nobody, or anybody. */
  constructor(config: ClusterConfig) {
    this.#config = config
    if (config.mtls !== 'shared' && config.caPath === undefined) {
      throw new Error(
        `cluster_mtls = ${config.mtls} needs cluster_ca_cert: the CA that signs the data planes' certificates`,
      )
    }
    if (config.mtls === 'pki_check_cn' && config.allowedCommonNames.length === 0) {
      throw new Error(
        'cluster_mtls = pki_check_cn needs cluster_allowed_common_names: no data plane could connect without',
      )
    }
  }

  /**
   * Reads the files. Resolves to whether anything changed; throws, and keeps what was read before, if they cannot be read or
   * do not fit each other (a certificate may be replaced a moment before its key).
   */
  async read(): Promise<boolean> {
    const { certPath, keyPath, caPath } = this.#config
    const [cert, key, bundle] = await Promise.all([
      readFile(certPath, 'utf8'),
      readFile(keyPath, 'utf8'),
      caPath === undefined ? undefined : readFile(caPath, 'utf8'),
    ])
    const ca = bundle ?? cert
    if (cert === this.#pem?.cert && key === this.#pem.key && ca === this.#pem.ca) return false
    createSecureContext({ cert, key, ca })
    this.#pem = { cert, key, ca }
    this.#digest = createHash('sha256').update(firstCertificate(cert)).digest()
    return true
  }

  /** Options of the TLS context for new connections. */
  context(): SecureContextOptions {
    if (!this.#pem) throw new Error('the cluster certificate was not read yet')
    // Without tickets every connection shows its certificate, so what is admitted is judged by the present rules.
    return { ...this.#pem, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET }
  }

  /** Whether OpenSSL itself is to refuse who cannot show a chain to the CA bundle. */
  get chainRequired(): boolean {
    return this.#config.mtls !== 'shared'
  }

  /** Why this peer is not admitted, or `undefined`. */
  refusal(socket: TLSSocket): string | undefined {
    const certificate = socket.getPeerX509Certificate()
    if (!certificate) return 'no certificate'
    switch (this.#config.mtls) {
      case 'shared':
        return timingSafeEqual(createHash('sha256').update(certificate.raw).digest(), this.#digest)
          ? undefined
          : 'not the shared certificate'
      case 'pki':
        return chainFault(socket)
      case 'pki_check_cn':
        return chainFault(socket) ?? this.#nameFault(socket.getPeerCertificate())
    }
  }

  #nameFault(certificate: PeerCertificate): string | undefined {
    const names = [certificate.subject.CN].flat()
    const allowed = names.length === 1 && this.#config.allowedCommonNames.includes(names[0] ?? '')
    return allowed ? undefined : `common name ${names.join(', ')} is not allowed`
  }
}

/** Milliseconds since the epoch at which the peer's certificate ends. */
export function certificateExpiry(certificate: X509Certificate): number {
  return certificate.validToDate.getTime()
}

function chainFault(socket: TLSSocket): string | undefined {
  return socket.authorized ? undefined : `certificate refused: ${socket.authorizationError?.message ?? 'unknown'}`
}

function firstCertificate(pem: string): Buffer {
  const body = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(pem)?.[1]
  if (body === undefined) throw new Error('cluster_cert holds no certificate')
  return Buffer.from(body, 'base64')
}
