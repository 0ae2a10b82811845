import { certificate, createdAt, tags, updatedAt, uuid } from '@holdfast/schema'
import { caCertificateFunctions } from './ca-certificate-checks.ts'
import { defineEntity } from './entity.ts'
import type { Row } from './entity.ts'

export const caCertificates = defineEntity({
  name: 'ca_certificates',
  description: 'A certificate authority that upstreams or clients are verified with.',
  collection: 'ca_certificates',
  held: 'compiled',
  fields: {
    id: uuid,
    created_at: createdAt,
    updated_at: updatedAt,
    cert: { ...certificate, required: true, description: 'One CA certificate in PEM form.' },
    cert_digest: {
      type: 'string',
      unique: true,
      description: 'SHA-256 of the certificate in DER form, as lower-case hex; computed, not chosen.',
    },
    tags,
  },
  entity_checks: [{ custom_entity_check: { field_sources: ['cert'], fn: 'valid_ca' } }],
  transformations: [{ input: ['cert'], on_write: 'cert_digest' }],
  functions: caCertificateFunctions,
})

export type CaCertificate = Row<typeof caCertificates>
