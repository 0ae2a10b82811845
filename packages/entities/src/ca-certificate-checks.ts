import type { Functions } from '@holdfast/schema'
export const caCertificateFunctions: Functions = {}
export function caCertificateDigest(_row: { readonly [field: string]: unknown }): { cert_digest: string } {
  return { cert_digest: '' }
}
