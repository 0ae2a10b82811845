import { createdAtMs, tags, updatedAtMs, uuid } from '@holdfast/schema'
import { defineEntity } from './entity.ts'
import type { Row } from './entity.ts'
import { targetFunctions } from './target-address.ts'

export const targets = defineEntity({
  name: 'targets',
  description: 'One address of an upstream.',
  endpoint_key: 'target',
  cache_key: ['upstream', 'target'],
  collection: 'targets',
  nested: [{ field: 'upstream', under: 'upstreams', as: 'targets' }],
  held: 'compiled',
  fields: {
    id: uuid,
    created_at: createdAtMs,
    updated_at: updatedAtMs,
    upstream: {
      type: 'foreign',
      reference: 'upstreams',
      required: true,
      on_delete: 'cascade',
      description: 'The upstream it belongs to.',
    },
    target: {
      type: 'string',
      required: true,
      custom_validator: 'target',
      description: 'Host name or IP address with port; without one the port is 8000.',
    },
    weight: {
      type: 'integer',
      default: 100,
      between: [0, 65535],
      description: 'Share of requests relative to the other targets; 0 takes it out of rotation.',
    },
    tags,
  },
  transformations: [{ input: ['target'], on_write: 'target' }],
  functions: targetFunctions,
})

export type Target = Row<typeof targets>
