import type { PluginConfig } from '@holdfast/plugin-kit'
import { isRegex } from '@holdfast/schema'

const METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'] as const

export const corsConfig = {
  name: 'cors',
  priority: 2000,
  version: '3.9.3',
  traffic: 'http',
  unscoped: ['consumer'],
  config: {
    type: 'record',
    required: true,
    description: 'Which pages of other origins may use the API from a browser.',
    fields: {
      origins: {
        type: 'array',
        elements: { type: 'string', custom_validator: 'origin' },
        description:
          'Origins that are allowed: `*` for all, an origin such as `https://shop.example`, or a regular expression for the host, or for the whole origin if it has a colon.',
      },
      headers: {
        type: 'array',
        elements: { type: 'string' },
        description: 'Request headers that are allowed. Without them, whatever the preflight request asks for.',
      },
      exposed_headers: {
        type: 'array',
        elements: { type: 'string' },
        description: 'Response headers that a page may read.',
      },
      methods: {
        type: 'array',
        default: METHODS,
        elements: { type: 'string', one_of: METHODS },
        description: 'Methods that are allowed.',
      },
      max_age: {
        type: 'number',
        description: 'How long a browser may keep the answer to a preflight request, in seconds.',
      },
      credentials: {
        type: 'boolean',
        required: true,
        default: false,
        description: 'Allows requests with cookies and other credentials.',
      },
      private_network: {
        type: 'boolean',
        required: true,
        default: false,
        description: 'Allows pages of the public network to reach this one in a private network.',
      },
      preflight_continue: {
        type: 'boolean',
        required: true,
        default: false,
        description: 'Leaves the answer to preflight requests to the service.',
      },
    },
  },
  functions: {
    validators: {
      origin: (value: string) => (value === '*' || isRegex(value) ? undefined : `'${value}' is not a valid regex`),
    },
  },
} as const satisfies PluginConfig
