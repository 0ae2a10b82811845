// Certificates and keys: named by path or given by content, checked before anything starts, made where none is given.
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { createServerCertificate, type KeyedCertificate } from '@holdfast/control-plane/pki'
import { CommandError } from '../command-error.ts'
import type { PropertyName, Settings } from './properties.ts'

/** The content of a file, or the content itself where the property holds PEM or base64 of it, as Kong allows. */
export function readMaterial(name: PropertyName, value: string): string {
  if (existsSync(value)) {
    try {
      return readFileSync(value, 'utf8')
    } catch (cause) {
      throw new CommandError(`${name}: ${value} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause })
    }
  }
  if (value.includes('-----BEGIN ')) return value
  const decoded = Buffer.from(value, 'base64').toString()
  if (decoded.includes('-----BEGIN ')) return decoded
  throw new CommandError(
    value.length < 200 && !value.includes('\n')
      ? `${name}: there is no file at ${value}`
      : `${name}: is neither a file nor PEM`,
  )
}

/** A path for material that is read again later: the file that was named, or one in the prefix with the given content. */
function materialPath(prefix: string, name: PropertyName, value: string): string {
  if (existsSync(value)) return value
  const path = join(prefix, 'ssl', `${name}.pem`)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, readMaterial(name, value), { mode: 0o600 })
  return path
}

/** What both planes are told of the certificates that they meet with. */
export function clusterMaterial(settings: Settings) {
  const { prefix, cluster_cert: cert, cluster_cert_key: key, cluster_ca_cert: ca } = settings
  return {
    mtls: settings.cluster_mtls,
    certPath: materialPath(prefix, 'cluster_cert', cert!),
    keyPath: materialPath(prefix, 'cluster_cert_key', key!),
    caPath: ca === undefined ? undefined : materialPath(prefix, 'cluster_ca_cert', ca),
  }
}

/** @throws CommandError when a certificate or key cannot be read, or they do not belong together. */
export function readPair(certName: PropertyName, cert: string, keyName: PropertyName, key: string): KeyedCertificate {
  const pair = { certificate: readMaterial(certName, cert), key: readMaterial(keyName, key) }
  const certificate = parseCertificate(certName, pair.certificate)
  let matches: boolean
  try {
    matches = certificate.checkPrivateKey(createPrivateKey(pair.key))
  } catch (cause) {
    throw new CommandError(`${keyName}: is not a private key in PEM without a passphrase`, { cause })
  }
  if (!matches) throw new CommandError(`${keyName}: does not belong to the certificate of ${certName}`)
  return pair
}

function parseCertificate(name: PropertyName, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw new CommandError(`${name}: is not a certificate in PEM`, { cause })
  }
}

/** Every certificate that the settings name; a problem with one is thrown. */
export function checkMaterial(settings: Settings): void {
  for (const [cert, key] of [
    ['ssl_cert', 'ssl_cert_key'],
    ['admin_ssl_cert', 'admin_ssl_cert_key'],
  ] as const) {
    for (const [index, path] of settings[cert].entries()) readPair(cert, path, key, settings[key][index]!)
  }
  if (settings.role === 'traditional') return
  readPair('cluster_cert', settings.cluster_cert!, 'cluster_cert_key', settings.cluster_cert_key!)
  if (settings.cluster_ca_cert !== undefined)
    parseCertificate('cluster_ca_cert', readMaterial('cluster_ca_cert', settings.cluster_ca_cert))
}

/** The certificate of a TLS listener: the one that is set, or a self-signed one that is made once and kept in the prefix. */
export async function listenerCertificate(settings: Settings, listener: 'proxy' | 'admin'): Promise<KeyedCertificate> {
  const [cert, key] =
    listener === 'proxy' ? (['ssl_cert', 'ssl_cert_key'] as const) : (['admin_ssl_cert', 'admin_ssl_cert_key'] as const)
  if (settings[cert].length > 0) return readPair(cert, settings[cert][0]!, key, settings[key][0]!)
  const base = join(settings.prefix, 'ssl', listener === 'proxy' ? 'kong-default' : 'admin-kong-default')
  if (!existsSync(`${base}.crt`) || !existsSync(`${base}.key`)) {
    const made = await createServerCertificate(hostname())
    mkdirSync(dirname(base), { recursive: true, mode: 0o700 })
    writeFileSync(`${base}.key`, made.key, { mode: 0o600 })
    writeFileSync(`${base}.crt`, made.certificate, { mode: 0o600 })
  }
  return readPair(cert, `${base}.crt`, key, `${base}.key`)
}
