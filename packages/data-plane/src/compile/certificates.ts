import { createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'
import { LRUCache } from 'lru-cache'
import { certificates, snis } from '@holdfast/entities'
import type { Row } from '@holdfast/entities'
import type { ReplicaReader } from '../replica/reader.ts'

export type CertificateRow = Row<typeof certificates>

/** A context takes tens of kilobytes, so those of names that nobody asks for are let go. */
const contextsKept = 1000

/**
 * Throws if certificate and key are not a pair, or the alternative ones are not. Only the first pair is shown: of a context that is chosen by server
 * name, Node takes over a single certificate, and which kinds of keys the client can use is not told to whoever chooses.
 */
export function secureContextOf({ cert, key, cert_alt, key_alt }: CertificateRow): SecureContext {
  if (cert_alt && key_alt) createSecureContext({ cert: cert_alt, key: key_alt })
  return createSecureContext({ cert, key })
}

/** Finds certificates by TLS server name. Looks rows up when a handshake needs them, so that there may be any number. */
export class CertificateStore {
  readonly #reader: ReplicaReader
  readonly #contexts: LRUCache<string, SecureContext>

  /** Contexts of `previous` are kept for rows that were not touched. */
  constructor(reader: ReplicaReader, previous?: CertificateStore, touchedIds: Iterable<string> = []) {
    this.#reader = reader
    this.#contexts = previous ? previous.#contexts : new LRUCache({ max: contextsKept })
    for (const id of touchedIds) this.#contexts.delete(id)
  }

  /** The name itself, then with its first label as `*` (of three or more), then with its last label as `*`, then `*`. */
  find(serverName: string): SecureContext | undefined {
    for (const name of candidates(serverName.toLowerCase())) {
      const sni = this.#reader.by(snis, 'name', name)
      if (sni) return this.#contextOf(sni.certificate.id)
    }
    return undefined
  }

  #contextOf(certificateId: string): SecureContext | undefined {
    const known = this.#contexts.get(certificateId)
    if (known) return known
    const row = this.#reader.get(certificates, certificateId)
    if (!row) return undefined
    try {
      const context = secureContextOf(row)
      this.#contexts.set(certificateId, context)
      return context
    } catch {
      // Certificates are tried before a revision is accepted. Should one fail all the same, the handshake gets the listener's own.
      return undefined
    }
  }
}

function candidates(serverName: string): readonly string[] {
  if (serverName === '') return []
  const first = serverName.indexOf('.')
  if (first <= 0) return [serverName, '*']
  const last = serverName.lastIndexOf('.')
  // Kong never asks for a wildcard right below the top level, such as `*.com`.
  const below = first < last ? [`*${serverName.slice(first)}`] : []
  return [serverName, ...below, `${serverName.slice(0, last + 1)}*`, '*']
}
