import { headerName, path, port, timeout } from '@holdfast/schema'
import type { ShorthandField } from '@holdfast/schema'
import type { PluginConfig } from '@holdfast/plugin-kit'
import { checkConfig } from './config-check.ts'

const limit = (period: string) =>
  ({ type: 'number', gt: 0, description: `Requests that may pass in one ${period}.` }) as const

/** A setting of `redis` under the name it had before it moved there. */
function moved<F extends ShorthandField>(field: F, name: string): F {
  return {
    ...field,
    description: `Former name of \`redis.${name}\`.`,
    deprecation: {
      message: `rate-limiting: config.redis_${name} is deprecated, please use config.redis.${name} instead`,
      removal_in_version: '4.0',
      replaced_with: [{ path: ['redis', name] }],
    },
  }
}

const whenRedis = (field: string) =>
  ({
    conditional: {
      if_field: 'config.policy',
      if_match: { eq: 'redis' },
      then_field: `config.redis.${field}`,
      then_match: { required: true },
    },
  }) as const

export const rateLimitingConfig = {
  name: 'rate-limiting',
  priority: 910,
  version: '3.9.3',
  traffic: 'http',
  config: {
    type: 'record',
    required: true,
    description: 'How many requests may pass, whose are counted together, and what is answered to the others.',
    fields: {
      second: limit('second'),
      minute: limit('minute'),
      hour: limit('hour'),
      day: limit('day'),
      month: limit('month'),
      year: limit('year'),
      limit_by: {
        type: 'string',
        default: 'consumer',
        one_of: ['consumer', 'credential', 'ip', 'service', 'header', 'path'],
        description:
          'Requests with the same one of these are counted together. A request that lacks it is counted by the address of its client.',
      },
      header_name: { ...headerName, description: 'The header that `limit_by: header` counts by.' },
      path: { ...path, description: 'The path that `limit_by: path` counts apart.' },
      policy: {
        type: 'string',
        default: 'local',
        len_min: 0,
        one_of: ['local', 'cluster', 'redis'],
        description: 'Where the counters are kept: on each data plane, in the database, or in Redis.',
      },
      fault_tolerant: {
        type: 'boolean',
        required: true,
        default: true,
        description: 'Lets requests pass while the store of the counters cannot be reached. Local counters always can.',
      },
      redis: {
        type: 'record',
        required: true,
        description: 'The Redis server of `policy: redis`.',
        fields: {
          host: { type: 'string', custom_validator: 'host', description: 'Host name or address of the server.' },
          port: { ...port, default: 6379, description: 'Port of the server.' },
          timeout: {
            ...timeout,
            default: 2000,
            description: 'How long connecting, sending and receiving may each take, in milliseconds.',
          },
          username: { type: 'string', referenceable: true, description: 'User name, for servers with access lists.' },
          password: {
            type: 'string',
            encrypted: true,
            referenceable: true,
            len_min: 0,
            description: 'Password; empty for none.',
          },
          database: { type: 'integer', default: 0, description: 'Number of the database.' },
          ssl: { type: 'boolean', required: false, default: false, description: 'Connects with TLS.' },
          ssl_verify: {
            type: 'boolean',
            required: false,
            default: false,
            description: 'Checks the certificate of the server.',
          },
          server_name: {
            type: 'string',
            required: false,
            custom_validator: 'sni',
            description: 'TLS name of the server.',
          },
        },
      },
      hide_client_headers: {
        type: 'boolean',
        required: true,
        default: false,
        description: 'Keeps the limits and what remains of them from the client.',
      },
      error_code: { type: 'number', default: 429, gt: 0, description: 'Status of a refusal.' },
      error_message: { type: 'string', default: 'API rate limit exceeded', description: 'Text of a refusal.' },
      sync_rate: {
        type: 'number',
        required: true,
        default: -1,
        description: 'How often counters are exchanged with Redis, in seconds; -1 for every request.',
      },
    },
    shorthand_fields: {
      redis_host: moved({ type: 'string' }, 'host'),
      redis_port: moved({ type: 'integer' }, 'port'),
      redis_password: moved({ type: 'string', len_min: 0 }, 'password'),
      redis_username: moved({ type: 'string' }, 'username'),
      redis_ssl: moved({ type: 'boolean' }, 'ssl'),
      redis_ssl_verify: moved({ type: 'boolean' }, 'ssl_verify'),
      redis_server_name: moved({ type: 'string' }, 'server_name'),
      redis_timeout: moved({ type: 'integer' }, 'timeout'),
      redis_database: moved({ type: 'integer' }, 'database'),
    },
    custom_validator: 'rate_limiting',
  },
  entityChecks: [
    {
      at_least_one_of: ['config.second', 'config.minute', 'config.hour', 'config.day', 'config.month', 'config.year'],
    },
    whenRedis('host'),
    whenRedis('port'),
    whenRedis('timeout'),
    {
      conditional: {
        if_field: 'config.limit_by',
        if_match: { eq: 'header' },
        then_field: 'config.header_name',
        then_match: { required: true },
      },
    },
    {
      conditional: {
        if_field: 'config.limit_by',
        if_match: { eq: 'path' },
        then_field: 'config.path',
        then_match: { required: true },
      },
    },
  ],
  functions: { validators: { rate_limiting: checkConfig } },
} as const satisfies PluginConfig
