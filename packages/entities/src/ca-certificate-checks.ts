import { X509Certificate } from 'node:crypto'
import type { Functions } from '@holdfast/schema'

const begin = '-----BEGIN CERTIFICATE-----'

export const caCertificateFunctions: Functions = {
  checks: {
    valid_ca: ({ cert }, now) => {
      if (cert.split(begin).length > 2) return 'please submit only one certificate at a time'
      const certificate = new X509Certificate(cert)
      if (Date.parse(certificate.validTo) < now) return 'certificate expired, "Not After" time is in the past'
      if (certificate.ca) return undefined
      return 'certificate does not appear to be a CA because it is missing the "CA" basic constraint'
    },
  },
  transforms: {
    cert_digest: ({ cert }) => ({
      cert_digest: new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase(),
    }),
  },
}
