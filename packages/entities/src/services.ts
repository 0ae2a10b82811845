import { createdAt, enabled, host, path, port, protocol, tags, updatedAt, utf8Name, uuid } from '@holdfast/schema'
import type { EntityCheck, NumberField } from '@holdfast/schema'
import { defineEntity } from './entity.ts'
import type { Row } from './entity.ts'
import { serviceUrl } from './service-url.ts'

const waitMs = { type: 'integer', between: [1, 2147483646], default: 60000 } as const satisfies NumberField

/** TLS towards the upstream can only be configured where there is TLS. */
const onlyWithTls = (field: string) =>
  ({
    conditional: {
      if_field: 'protocol',
      if_match: { not_one_of: ['https', 'tls'] },
      then_field: field,
      then_match: { eq: null },
    },
  }) as const satisfies EntityCheck

export const services = defineEntity({
  name: 'services',
  description: 'An upstream API or microservice that requests are sent to.',
  endpoint_key: 'name',
  collection: 'services',
  held: 'compiled',
  nested: [{ field: 'client_certificate', under: 'certificates', as: 'services' }],
  fields: {
    id: uuid,
    created_at: createdAt,
    updated_at: updatedAt,
    name: utf8Name,
    retries: {
      type: 'integer',
      default: 5,
      between: [0, 32767],
      description: 'How often a request is tried again after the first attempt failed.',
    },
    protocol: { ...protocol, required: true, default: 'http', description: 'How to speak to the upstream.' },
    host: { ...host, required: true, description: 'Host of the upstream, or the name of an `upstreams` row.' },
    port: { ...port, required: true, default: 80, description: 'Port of the upstream.' },
    path: { ...path, description: 'Put in front of the path of every request.' },
    connect_timeout: { ...waitMs, description: 'Milliseconds to wait for a connection.' },
    write_timeout: { ...waitMs, description: 'Milliseconds between two writes to the upstream.' },
    read_timeout: { ...waitMs, description: 'Milliseconds between two reads from the upstream.' },
    tags,
    client_certificate: {
      type: 'foreign',
      reference: 'certificates',
      description: 'Certificate shown to the upstream during the TLS handshake.',
    },
    tls_verify: {
      type: 'boolean',
      description: "Whether the upstream's certificate is verified. Null leaves it to the node's configuration.",
    },
    tls_verify_depth: {
      type: 'integer',
      default: null,
      between: [0, 64],
      description: "Longest chain accepted when the upstream's certificate is verified.",
    },
    ca_certificates: {
      type: 'array',
      elements: { type: 'string', uuid: true },
      description: "Ids of `ca_certificates` rows that the upstream's certificate is verified with.",
    },
    enabled: { ...enabled, description: 'False: routes of this service match nothing.' },
  },
  entity_checks: [
    {
      conditional: {
        if_field: 'protocol',
        if_match: { one_of: ['tcp', 'tls', 'udp', 'grpc', 'grpcs'] },
        then_field: 'path',
        then_match: { eq: null },
      },
    },
    onlyWithTls('client_certificate'),
    onlyWithTls('tls_verify'),
    onlyWithTls('tls_verify_depth'),
    onlyWithTls('ca_certificates'),
  ],
  shorthand_fields: {
    url: {
      type: 'string',
      func: 'url',
      description: 'Sets protocol, host, port and path at once; write-only.',
    },
  },
  functions: { shorthands: { url: serviceUrl } },
})

export type Service = Row<typeof services>
