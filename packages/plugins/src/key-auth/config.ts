import { headerName } from '@holdfast/schema'
import type { RecordField } from '@holdfast/schema'
import type { PluginConfig } from '@holdfast/plugin-kit'

export const keyAuthConfig = {
  name: 'key-auth',
  priority: 1250,
  version: '3.9.3',
  traffic: 'http',
  unscoped: ['consumer'],
  config: {
    type: 'record',
    required: true,
    description: 'Where keys are looked for, and what happens without a good one.',
    fields: {
      key_names: {
        type: 'array',
        required: true,
        elements: headerName,
        default: ['apikey'],
        description:
          'Names of the headers, query arguments and body members that may hold the key, tried in this order.',
      },
      hide_credentials: {
        type: 'boolean',
        required: true,
        default: false,
        description: 'Takes the key out of the request before it goes to the service.',
      },
      anonymous: {
        type: 'string',
        description:
          'Id or username of the consumer that stands in when there is no valid key. Without it such a request is refused with 401.',
      },
      key_in_header: { type: 'boolean', required: true, default: true, description: 'Looks for the key in headers.' },
      key_in_query: {
        type: 'boolean',
        required: true,
        default: true,
        description: 'Looks for the key among the query arguments.',
      },
      key_in_body: {
        type: 'boolean',
        required: true,
        default: false,
        description: 'Looks for the key in the body: of a form, a multipart form or a JSON object.',
      },
      run_on_preflight: {
        type: 'boolean',
        required: true,
        default: true,
        description: 'Asks for the key on OPTIONS requests too.',
      },
      realm: {
        type: 'string',
        required: false,
        description: 'The realm named in `WWW-Authenticate` when a request is refused.',
      },
    },
  },
} as const satisfies PluginConfig<RecordField>
