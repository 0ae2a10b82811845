// A development authority and the certificates that it signs, made once.
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority, issueNodeCertificate, type KeyedCertificate } from '@holdfast/control-plane/pki'

/** Each is made anew before it runs out. */
const RENEW_BEFORE_MS = 7 * 86_400_000

export interface DemoCertificates {
  readonly made: boolean
  /** Paths without `.crt` and `.key`. */
  readonly authority: string
  readonly controlPlane: string
  readonly dataPlane: string
  readonly proxy: string
}

export async function demoCertificates(folder: string): Promise<DemoCertificates> {
  mkdirSync(folder, { recursive: true })
  const paths = {
    authority: join(folder, 'development-ca'),
    controlPlane: join(folder, 'control-plane'),
    dataPlane: join(folder, 'data-plane'),
    proxy: join(folder, 'localhost'),
  }
  if (Object.values(paths).every(isUsable)) return { made: false, ...paths }
  const authority = isUsable(paths.authority) ? read(paths.authority) : await createAuthority('Holdfast development CA')
  const [controlPlane, dataPlane, proxy] = await Promise.all([
    issueNodeCertificate(authority, {
      commonName: 'control-plane',
      altNames: ['localhost', '127.0.0.1'],
      usage: 'server',
    }),
    issueNodeCertificate(authority, { commonName: 'data-plane', usage: 'client' }),
    issueNodeCertificate(authority, { commonName: 'localhost', altNames: ['localhost', '127.0.0.1'], usage: 'server' }),
  ])
  write(paths.authority, authority)
  write(paths.controlPlane, controlPlane)
  write(paths.dataPlane, dataPlane)
  write(paths.proxy, proxy)
  return { made: true, ...paths }
}

function isUsable(path: string): boolean {
  if (!existsSync(`${path}.crt`) || !existsSync(`${path}.key`)) return false
  try {
    return Date.parse(new X509Certificate(readFileSync(`${path}.crt`)).validTo) - Date.now() > RENEW_BEFORE_MS
  } catch {
    return false
  }
}

function read(path: string): KeyedCertificate {
  return { certificate: readFileSync(`${path}.crt`, 'utf8'), key: readFileSync(`${path}.key`, 'utf8') }
}

function write(path: string, { certificate, key }: KeyedCertificate): void {
  writeFileSync(`${path}.key`, key, { mode: 0o600 })
  writeFileSync(`${path}.crt`, certificate, { mode: 0o600 })
}
