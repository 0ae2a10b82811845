import { certificate, createdAt, key, tags, updatedAt, uuid, wildcardHost } from '@holdfast/schema'
import { certificateFunctions } from './certificate-checks.ts'
import { defineEntity } from './entity.ts'
import type { Row } from './entity.ts'

export const certificates = defineEntity({
  name: 'certificates',
  description: 'A certificate with its private key, for TLS with clients or with upstreams.',
  collection: 'certificates',
  held: 'compiled',
  fields: {
    id: uuid,
    created_at: createdAt,
    updated_at: updatedAt,
    cert: { ...certificate, required: true, referenceable: true, description: 'The certificate (chain) in PEM form.' },
    key: {
      ...key,
      required: true,
      referenceable: true,
      encrypted: true,
      description: 'The private key of `cert` in PEM form.',
    },
    cert_alt: {
      ...certificate,
      required: false,
      referenceable: true,
      description: 'A second certificate with a key of another type, e.g. ECDSA beside RSA.',
    },
    key_alt: {
      ...key,
      required: false,
      referenceable: true,
      encrypted: true,
      description: 'The private key of `cert_alt` in PEM form.',
    },
    tags,
    snis: {
      type: 'array',
      elements: wildcardHost,
      required: false,
      transient: true,
      description: 'Server names of this certificate: a way to write rows of `snis` along with it.',
    },
  },
  entity_checks: [
    { mutually_required: ['cert_alt', 'key_alt'] },
    { custom_entity_check: { field_sources: ['cert', 'key'], fn: 'certificate_matches_key' } },
    { custom_entity_check: { field_sources: ['cert_alt', 'key_alt'], fn: 'alternative_matches_key' } },
    { custom_entity_check: { field_sources: ['cert', 'cert_alt'], fn: 'key_types_differ' } },
  ],
  functions: certificateFunctions,
})

export type Certificate = Row<typeof certificates>
