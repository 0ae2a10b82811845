// Makes one X.509 certificate with a new RSA key. node-forge signs with RSA only; reading is left to node:crypto.
import { generateKeyPair, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { promisify } from 'node:util'
import forge from 'node-forge'

export interface KeyedCertificate {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8, not encrypted: write it to a file of mode 0600. */
  readonly key: string
}

export interface CertificateRequest {
  readonly commonName: string
  /** DNS names and IP addresses that the certificate is good for. */
  readonly altNames: readonly string[]
  readonly days: number
  readonly usage: 'authority' | 'peer' | 'server' | 'client'
  /** Who signs; without one the certificate signs itself. */
  readonly issuer?: KeyedCertificate
}

const KEY_BITS = 2048
/** Clocks differ: a certificate that begins this second is refused by a machine that is a little behind. */
const BACKDATED_MS = 5 * 60_000

export async function issueCertificate(request: CertificateRequest): Promise<KeyedCertificate> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: KEY_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey)
  certificate.serialNumber = newSerialNumber()
  const now = Date.now()
  certificate.validity.notBefore = new Date(now - BACKDATED_MS)
  certificate.validity.notAfter = new Date(now + request.days * 86_400_000)
  certificate.setSubject([{ name: 'commonName', value: request.commonName }])
  const issuer = request.issuer === undefined ? undefined : forge.pki.certificateFromPem(request.issuer.certificate)
  certificate.setIssuer(issuer === undefined ? certificate.subject.attributes : issuer.subject.attributes)
  certificate.setExtensions([...extensions(request), { name: 'subjectKeyIdentifier' }])
  certificate.sign(forge.pki.privateKeyFromPem(request.issuer?.key ?? privateKey), forge.md.sha256.create())
  return { certificate: forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n'), key: privateKey }
}

function extensions({ usage, altNames }: CertificateRequest): object[] {
  if (usage === 'authority') {
    return [
      { name: 'basicConstraints', critical: true, cA: true },
      { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    ]
  }
  return [
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: usage !== 'client', clientAuth: usage !== 'server' },
    ...(altNames.length === 0 ? [] : [{ name: 'subjectAltName', altNames: altNames.map(altName) }]),
  ]
}

function altName(value: string): object {
  return isIP(value) === 0 ? { type: 2, value } : { type: 7, ip: value }
}

/** 128 random bits, positive and without a leading zero byte, as DER wants it. */
function newSerialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return bytes.toString('hex')
}
