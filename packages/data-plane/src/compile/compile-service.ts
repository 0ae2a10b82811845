import { X509Certificate } from 'node:crypto'
import { caCertificates, certificates } from '@holdfast/entities'
import type { Row, Service } from '@holdfast/entities'
import type { Balancer } from '../balancer/balancer.ts'
import type { ReplicaReader } from '../replica/reader.ts'
import type { CompiledService, UpstreamTls } from './runtime.ts'

const defaultTimeoutMs = 60_000
const defaultRetries = 5

/** Throws if the service refers to a certificate that is not there. */
export function compileService(row: Service, reader: ReplicaReader, balancer: Balancer): CompiledService {
  return {
    row,
    balancer,
    tls: speaksTls(row) ? upstreamTls(row, reader) : null,
    timeouts: {
      connectMs: row.connect_timeout ?? defaultTimeoutMs,
      readMs: row.read_timeout ?? defaultTimeoutMs,
      writeMs: row.write_timeout ?? defaultTimeoutMs,
    },
    retries: row.retries ?? defaultRetries,
  }
}

export function speaksTls(row: Service): boolean {
  return row.protocol === 'https' || row.protocol === 'grpcs'
}

function upstreamTls(row: Service, reader: ReplicaReader): UpstreamTls {
  const client = row.client_certificate ? reader.get(certificates, row.client_certificate.id) : undefined
  if (row.client_certificate && !client) throw new Error(`there is no certificate ${row.client_certificate.id}`)
  // Kong does not look these up when they are configured, so one that is missing is left out.
  const ca = (row.ca_certificates ?? []).flatMap((id) => reader.get(caCertificates, id)?.cert ?? [])
  return {
    verify: row.tls_verify ?? false,
    verifyDepth: row.tls_verify_depth ?? undefined,
    ca: ca.length > 0 ? ca : undefined,
    client: client && { cert: client.cert, key: client.key },
  }
}

/** Throws if the text is not a certificate. */
export function checkCaCertificate(row: Row<typeof caCertificates>): void {
  new X509Certificate(row.cert)
}
