import { createdAt, tags, updatedAt, uuid } from '@holdfast/schema'
import { defineEntity } from './entity.ts'
import type { Row } from './entity.ts'

export const consumers = defineEntity({
  name: 'consumers',
  description: 'A person or program that uses the APIs; credentials refer to it.',
  endpoint_key: 'username',
  collection: 'consumers',
  held: 'keyed',
  fields: {
    id: uuid,
    created_at: createdAt,
    updated_at: updatedAt,
    username: { type: 'string', unique: true, description: 'Unique name of the consumer.' },
    custom_id: { type: 'string', unique: true, description: 'Id of the consumer in a system of your own.' },
    tags,
  },
  entity_checks: [{ at_least_one_of: ['custom_id', 'username'] }],
})

export type Consumer = Row<typeof consumers>
