import { cookieName, createdAt, headerName, hostWithOptionalPort, path, tags, updatedAt, uuid } from '@holdfast/schema'
import type { StringField } from '@holdfast/schema'
import { defineEntity } from './entity.ts'
import type { Row } from './entity.ts'
import { healthchecks } from './healthchecks.ts'
import { upstreamChecks, upstreamFunctions } from './upstream-checks.ts'

const hashInput = {
  type: 'string',
  default: 'none',
  one_of: ['none', 'consumer', 'ip', 'header', 'cookie', 'path', 'query_arg', 'uri_capture'],
} as const satisfies StringField

const parameter = { type: 'string', len_min: 1 } as const satisfies StringField

export const upstreams = defineEntity({
  name: 'upstreams',
  description: 'A virtual host name that stands for several targets.',
  endpoint_key: 'name',
  collection: 'upstreams',
  nested: [{ field: 'client_certificate', under: 'certificates', as: 'upstreams' }],
  held: 'compiled',
  fields: {
    id: uuid,
    created_at: createdAt,
    name: {
      type: 'string',
      required: true,
      unique: true,
      custom_validator: 'upstream_name',
      description: 'Host name; services whose `host` it is use this upstream.',
    },
    updated_at: updatedAt,
    algorithm: {
      type: 'string',
      default: 'round-robin',
      one_of: ['consistent-hashing', 'least-connections', 'round-robin', 'latency'],
      description: 'How a target is chosen.',
    },
    hash_on: { ...hashInput, description: 'What to hash; anything but `none` means consistent hashing.' },
    hash_fallback: { ...hashInput, description: 'What to hash when `hash_on` finds nothing.' },
    hash_on_header: { ...headerName, description: 'Header for `hash_on: header`.' },
    hash_fallback_header: { ...headerName, description: 'Header for `hash_fallback: header`.' },
    hash_on_cookie: { ...cookieName, description: 'Cookie for hashing; it is set if the request has none.' },
    hash_on_cookie_path: { ...path, default: '/', description: 'Path of the cookie that is set.' },
    hash_on_query_arg: { ...parameter, description: 'Query argument for `hash_on: query_arg`.' },
    hash_fallback_query_arg: { ...parameter, description: 'Query argument for `hash_fallback: query_arg`.' },
    hash_on_uri_capture: { ...parameter, description: 'Named path capture for `hash_on: uri_capture`.' },
    hash_fallback_uri_capture: { ...parameter, description: 'Named path capture for `hash_fallback: uri_capture`.' },
    slots: {
      type: 'integer',
      default: 10000,
      between: [10, 65536],
      description: 'Size of the hash ring; more slots spread more evenly.',
    },
    healthchecks,
    tags,
    host_header: { ...hostWithOptionalPort, description: 'Host header sent to the targets.' },
    client_certificate: {
      type: 'foreign',
      reference: 'certificates',
      description: 'Certificate shown to the targets during the TLS handshake.',
    },
    use_srv_name: { type: 'boolean', default: false, description: 'Send the name in the SRV record as Host header.' },
  },
  entity_checks: upstreamChecks,
  shorthand_fields: {
    algorithm: {
      type: 'string',
      func: 'algorithm',
      description: 'Resets `hash_on` where the algorithm hashes nothing.',
    },
    hash_on: { type: 'string', func: 'hash_on', description: 'Sets the algorithm that goes with it.' },
  },
  functions: upstreamFunctions,
})

export type UpstreamRow = Row<typeof upstreams>
