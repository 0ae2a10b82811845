import { headers, path, sni } from '@holdfast/schema'
import type { NumberField, RecordField, StringField } from '@holdfast/schema'

const count = { type: 'integer', between: [0, 255] } as const satisfies NumberField
const seconds = { type: 'number', between: [0, 65535] } as const satisfies NumberField
const statuses = { type: 'array', elements: { type: 'integer', between: [100, 999] } } as const
const probeType = {
  type: 'string',
  one_of: ['tcp', 'http', 'https', 'grpc', 'grpcs'],
  default: 'http',
} as const satisfies StringField

const failureCounts = {
  tcp_failures: {
    ...count,
    default: 0,
    description: 'Connection failures in a row that make a target unhealthy; 0: never.',
  },
  timeouts: { ...count, default: 0, description: 'Timeouts in a row that make a target unhealthy; 0: never.' },
  http_failures: { ...count, default: 0, description: 'Bad answers in a row that make a target unhealthy; 0: never.' },
} as const
const noFailures = { tcp_failures: 0, timeouts: 0, http_failures: 0 } as const

const activeHealthyDefault = { interval: 0, http_statuses: [200, 302], successes: 0 } as const
const activeUnhealthyDefault = {
  interval: 0,
  http_statuses: [429, 404, 500, 501, 502, 503, 504, 505],
  ...noFailures,
} as const
const activeDefault = {
  type: 'http',
  timeout: 1,
  concurrency: 10,
  http_path: '/',
  https_verify_certificate: true,
  healthy: activeHealthyDefault,
  unhealthy: activeUnhealthyDefault,
} as const

const passiveHealthyDefault = {
  http_statuses: [200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 306, 307, 308],
  successes: 0,
} as const
const passiveUnhealthyDefault = { http_statuses: [429, 500, 503], ...noFailures } as const
const passiveDefault = {
  type: 'http',
  healthy: passiveHealthyDefault,
  unhealthy: passiveUnhealthyDefault,
} as const

/** Probes sent by the gateway. */
const active = {
  type: 'record',
  required: true,
  default: activeDefault,
  description: 'Probes that the gateway sends to every target.',
  fields: {
    type: { ...probeType, description: 'What a probe speaks; `tcp` only connects.' },
    timeout: { ...seconds, default: 1, description: 'Seconds until a probe counts as timed out.' },
    concurrency: {
      type: 'integer',
      between: [1, 2147483648],
      default: 10,
      description: 'How many targets are probed at once.',
    },
    http_path: { ...path, default: '/', description: 'Path that a probe asks for.' },
    https_sni: { ...sni, required: false, description: 'TLS server name of a probe.' },
    https_verify_certificate: {
      type: 'boolean',
      default: true,
      required: true,
      description: "Whether a probe verifies the target's certificate.",
    },
    headers: { ...headers, required: false, description: 'Headers that a probe carries.' },
    healthy: {
      type: 'record',
      required: true,
      default: activeHealthyDefault,
      description: 'What makes an unhealthy target healthy again.',
      fields: {
        interval: { ...seconds, default: 0, description: 'Seconds between probes of a healthy target; 0: none.' },
        http_statuses: { ...statuses, default: [200, 302], description: 'Statuses that count as a success.' },
        successes: { ...count, default: 0, description: 'Successes in a row that are needed; 0: never.' },
      },
    },
    unhealthy: {
      type: 'record',
      required: true,
      default: activeUnhealthyDefault,
      description: 'What makes a healthy target unhealthy.',
      fields: {
        interval: { ...seconds, default: 0, description: 'Seconds between probes of an unhealthy target; 0: none.' },
        http_statuses: {
          ...statuses,
          default: activeUnhealthyDefault.http_statuses,
          description: 'Statuses that count as a failure.',
        },
        ...failureCounts,
      },
    },
  },
} as const satisfies RecordField

/** Judging targets by the traffic itself. */
const passive = {
  type: 'record',
  required: true,
  default: passiveDefault,
  description: "Judgement by the answers to clients' own requests.",
  fields: {
    type: { ...probeType, description: 'What counts: answers, or only connections for `tcp`.' },
    healthy: {
      type: 'record',
      required: true,
      default: passiveHealthyDefault,
      description: 'What makes an unhealthy target healthy again.',
      fields: {
        http_statuses: {
          ...statuses,
          default: passiveHealthyDefault.http_statuses,
          description: 'Statuses that count as a success.',
        },
        successes: { ...count, default: 0, description: 'Successes in a row that are needed; 0: never.' },
      },
    },
    unhealthy: {
      type: 'record',
      required: true,
      default: passiveUnhealthyDefault,
      description: 'What makes a healthy target unhealthy.',
      fields: {
        http_statuses: {
          ...statuses,
          default: passiveUnhealthyDefault.http_statuses,
          description: 'Statuses that count as a failure.',
        },
        ...failureCounts,
      },
    },
  },
} as const satisfies RecordField

/** How an upstream tells healthy targets from others. */
export const healthchecks = {
  type: 'record',
  required: true,
  default: { active: activeDefault, passive: passiveDefault },
  description: 'How healthy targets are told from others.',
  fields: {
    active,
    passive,
    threshold: {
      type: 'number',
      default: 0,
      between: [0, 100],
      description: 'Least percentage of healthy weight; below it the whole upstream counts as unhealthy.',
    },
  },
} as const satisfies RecordField
