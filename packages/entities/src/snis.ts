import { createdAt, tags, updatedAt, uuid, wildcardHost } from '@holdfast/schema'
import { defineEntity } from './entity.ts'
import type { Row } from './entity.ts'

export const snis = defineEntity({
  name: 'snis',
  description: 'A TLS server name that a certificate is shown for.',
  endpoint_key: 'name',
  collection: 'snis',
  nested: [{ field: 'certificate', under: 'certificates', as: 'snis' }],
  held: 'compiled',
  fields: {
    id: uuid,
    name: {
      ...wildcardHost,
      required: true,
      unique: true,
      unique_across_ws: true,
      description: 'The server name; its first or last label may be `*`.',
    },
    created_at: createdAt,
    updated_at: updatedAt,
    tags,
    certificate: {
      type: 'foreign',
      reference: 'certificates',
      required: true,
      description: 'The certificate to show.',
    },
  },
})

export type Sni = Row<typeof snis>
