import { createdAt, enabled, protocols, tags, updatedAt, utf8Name, uuid } from '@holdfast/schema'
import { defineEntity } from './entity.ts'
import type { Row } from './entity.ts'

export const plugins = defineEntity({
  name: 'plugins',
  description: 'A plugin with its configuration, for everything or for a service, route or consumer.',
  endpoint_key: 'instance_name',
  cache_key: ['name', 'route', 'service', 'consumer'],
  collection: 'plugins',
  nested: [
    { field: 'route', under: 'routes', as: 'plugins' },
    { field: 'service', under: 'services', as: 'plugins' },
    { field: 'consumer', under: 'consumers', as: 'plugins' },
  ],
  held: 'compiled',
  subschema_key: 'name',
  subschema_error: "plugin '%s' not enabled; add it to the 'plugins' configuration property",
  fields: {
    id: uuid,
    name: { type: 'string', required: true, description: 'Which plugin it is.' },
    instance_name: { ...utf8Name, description: 'A unique name of your own for this row.' },
    created_at: createdAt,
    updated_at: updatedAt,
    route: {
      type: 'foreign',
      reference: 'routes',
      default: null,
      on_delete: 'cascade',
      description: 'Only requests of this route.',
    },
    service: {
      type: 'foreign',
      reference: 'services',
      default: null,
      on_delete: 'cascade',
      description: 'Only requests to this service.',
    },
    consumer: {
      type: 'foreign',
      reference: 'consumers',
      default: null,
      on_delete: 'cascade',
      description: 'Only requests authenticated as this consumer.',
    },
    config: {
      type: 'record',
      abstract: true,
      fields: {},
      description: "The plugin's own settings.",
    },
    protocols,
    enabled: { ...enabled, description: 'False: the plugin does not run.' },
    tags,
  },
})

export type PluginRow = Row<typeof plugins>
