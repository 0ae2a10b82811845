import { headerName } from '@holdfast/schema'
import type { PluginConfig } from '@holdfast/plugin-kit'

interface Exclusive {
  readonly message?: string | null
  readonly content_type?: string | null
  readonly body?: string | null
  readonly echo?: boolean | null
}

export const requestTerminationConfig = {
  name: 'request-termination',
  priority: 2,
  version: '3.9.3',
  traffic: 'http',
  config: {
    type: 'record',
    required: true,
    description: 'The answer that takes the place of the service.',
    fields: {
      status_code: {
        type: 'integer',
        required: true,
        default: 503,
        between: [100, 599],
        description: 'Status of the answer.',
      },
      message: { type: 'string', description: 'Text for the answer `{"message": …}`. Not together with `body`.' },
      content_type: { type: 'string', description: 'Content type of `body`.' },
      body: { type: 'string', description: 'The whole body of the answer. Not together with `message`.' },
      echo: {
        type: 'boolean',
        required: true,
        default: false,
        description:
          'Answers with a description of the request as the gateway saw it. With `trigger`, for looking into live traffic.',
      },
      trigger: {
        ...headerName,
        description: 'Name of a header or query argument; only requests that have it are answered. All are without it.',
      },
    },
    custom_validator: 'exclusive',
  },
  functions: {
    validators: {
      exclusive({ message, content_type, body, echo }: Exclusive) {
        if (message && (content_type || body)) return 'message cannot be used with content_type or body'
        if (content_type && !body) return 'content_type requires a body'
        if (echo && (content_type || body)) return 'echo cannot be used with content_type and body'
        return undefined
      },
    },
  },
} as const satisfies PluginConfig
