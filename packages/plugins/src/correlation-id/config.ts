import type { PluginConfig } from '@holdfast/plugin-kit'

export const correlationIdConfig = {
  name: 'correlation-id',
  priority: 100_001,
  version: '3.9.3',
  traffic: 'http',
  config: {
    type: 'record',
    required: true,
    description: 'How requests are given an id.',
    fields: {
      header_name: { type: 'string', default: 'Kong-Request-ID', description: 'The header that carries the id.' },
      generator: {
        type: 'string',
        default: 'uuid#counter',
        required: true,
        one_of: ['uuid', 'uuid#counter', 'tracker'],
        description:
          'What an id looks like: a random UUID; a UUID of the proxy thread with a running number; or address, port, process, connection, request and time.',
      },
      echo_downstream: {
        type: 'boolean',
        required: true,
        default: false,
        description: 'Sends the id to the client too.',
      },
    },
  },
} as const satisfies PluginConfig
