import { createdAt, tags, uuid } from '@holdfast/schema'
import { defineEntity } from './entity.ts'
import type { Row } from './entity.ts'

export const keyauthCredentials = defineEntity({
  name: 'keyauth_credentials',
  description: 'An API key of a consumer, checked by the key-auth plugin.',
  ttl: true,
  endpoint_key: 'key',
  cache_key: ['key'],
  collection: 'key-auths',
  nested: [{ field: 'consumer', under: 'consumers', as: 'key-auth' }],
  held: 'keyed',
  fields: {
    id: uuid,
    created_at: createdAt,
    consumer: {
      type: 'foreign',
      reference: 'consumers',
      required: true,
      on_delete: 'cascade',
      description: 'Whose key it is.',
    },
    key: {
      type: 'string',
      required: false,
      unique: true,
      auto: true,
      description: 'The key itself; a random one is made if none is given.',
    },
    tags,
  },
})

export type KeyauthCredential = Row<typeof keyauthCredentials>
