import { createPublicKey, X509Certificate } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Functions } from '@holdfast/schema'

/** Certificates and keys have been found readable before these run. */
export const certificateFunctions: Functions = {
  checks: {
    certificate_matches_key: ({ cert, key }) => (belong(cert, key) ? undefined : 'certificate does not match key'),
    alternative_matches_key: ({ cert_alt, key_alt }) =>
      belong(cert_alt, key_alt) ? undefined : 'alternative certificate does not match key',
    key_types_differ: ({ cert, cert_alt }) =>
      keyType(cert) !== undefined && keyType(cert) === keyType(cert_alt)
        ? 'certificate and alternative certificate need to have different type (e.g. RSA and ECDSA), ' +
          'the provided certificates were both of the same type'
        : undefined,
  },
}

function belong(cert: unknown, key: unknown): boolean {
  if (typeof cert !== 'string' || typeof key !== 'string') return true
  return spki(new X509Certificate(cert).publicKey).equals(spki(createPublicKey(key)))
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

function keyType(cert: unknown): string | undefined {
  return typeof cert === 'string' ? new X509Certificate(cert).publicKey.asymmetricKeyType : undefined
}
