import { issueCertificate, type KeyedCertificate } from './issue.ts'

/** What a TLS listener shows when nobody gave it a certificate: self-signed, for this machine. */
export function createServerCertificate(hostname: string, days = 20 * 365): Promise<KeyedCertificate> {
  const names = new Set(['localhost', hostname, '127.0.0.1', '::1'])
  return issueCertificate({ commonName: 'localhost', altNames: [...names], days, usage: 'server' })
}
