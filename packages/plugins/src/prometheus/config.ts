import type { PluginConfig } from '@holdfast/plugin-kit'

export const prometheusConfig = {
  name: 'prometheus',
  priority: 13,
  version: '3.9.3',
  traffic: 'any',
  config: {
    type: 'record',
    required: true,
    description: 'What is counted for `/metrics`.',
    fields: {
      per_consumer: {
        type: 'boolean',
        default: false,
        description: 'Counts requests and bytes by consumer as well.',
      },
      status_code_metrics: {
        type: 'boolean',
        default: false,
        description: 'Counts requests by status: `kong_http_requests_total`.',
      },
      ai_metrics: {
        type: 'boolean',
        default: false,
        description: 'Counts requests to language models, their tokens, cost and latency: `kong_ai_llm_…`.',
      },
      latency_metrics: {
        type: 'boolean',
        default: false,
        description:
          'Measures how long requests take, in the gateway and in the service: `kong_request_latency_ms`, `kong_kong_latency_ms`, `kong_upstream_latency_ms`.',
      },
      bandwidth_metrics: {
        type: 'boolean',
        default: false,
        description: 'Counts bytes received from and sent to clients: `kong_bandwidth_bytes`.',
      },
      upstream_health_metrics: {
        type: 'boolean',
        default: false,
        description: 'Tells the health of every target of every upstream: `kong_upstream_target_health`.',
      },
    },
  },
} as const satisfies PluginConfig
