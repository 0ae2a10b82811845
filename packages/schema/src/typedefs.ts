import type { BooleanField, ListField, MapField, NumberField, RecordField, StringField } from './field.ts'

// Shared pieces of Kong's schemas. Use them whole, or spread them and add what differs: `{ ...port, default: 6379 }`.

export const uuid = {
  type: 'string',
  uuid: true,
  auto: true,
  description: 'Identifies the row: a UUID, made by the gateway unless given.',
} as const satisfies StringField

/** Unix time in seconds. */
export const createdAt = {
  type: 'integer',
  timestamp: true,
  auto: true,
  description: 'When the row was made, in Unix seconds.',
} as const satisfies NumberField

export const updatedAt = {
  type: 'integer',
  timestamp: true,
  auto: true,
  description: 'When the row was last written, in Unix seconds.',
} as const satisfies NumberField

/** Unix time in seconds with a fraction of milliseconds. */
export const createdAtMs = {
  type: 'number',
  timestamp: true,
  auto: true,
  description: 'When the row was made, in Unix seconds to the millisecond.',
} as const satisfies NumberField

export const updatedAtMs = {
  type: 'number',
  timestamp: true,
  auto: true,
  description: 'When the row was last written, in Unix seconds to the millisecond.',
} as const satisfies NumberField

export const tag = {
  type: 'string',
  required: true,
  custom_validator: 'tag',
  description: 'A label: printable text without comma and slash.',
} as const satisfies StringField

export const tags = {
  type: 'set',
  elements: tag,
  description: 'Labels to group rows by; lists can be filtered with them.',
} as const satisfies ListField

/** Every protocol there is, in alphabetical order. */
export const protocolNames = ['grpc', 'grpcs', 'http', 'https', 'tcp', 'tls', 'tls_passthrough', 'udp'] as const
export const httpProtocolNames = ['grpc', 'grpcs', 'http', 'https'] as const

export const protocol = {
  type: 'string',
  one_of: protocolNames,
  description: 'A protocol that the gateway speaks.',
} as const satisfies StringField

/** The `protocols` of a plugin that works for any traffic. */
export const protocols = {
  type: 'set',
  required: true,
  default: httpProtocolNames,
  elements: protocol,
  description: 'The plugin runs for requests that came by one of these protocols.',
} as const satisfies ListField

/** The `protocols` of a plugin that works for HTTP alone. */
export const protocolsHttp = {
  type: 'set',
  required: true,
  default: httpProtocolNames,
  elements: { type: 'string', one_of: httpProtocolNames },
  description: 'The plugin runs for requests that came by one of these HTTP protocols.',
} as const satisfies ListField

export const utf8Name = {
  type: 'string',
  unique: true,
  custom_validator: 'utf8_name',
  description: 'A unique name: letters, digits, `.`, `-`, `_`, `~` and any non-ASCII character.',
} as const satisfies StringField

export const host = {
  type: 'string',
  custom_validator: 'host',
  description: 'A host name or an IP address, without port.',
} as const satisfies StringField

export const hostWithOptionalPort = {
  type: 'string',
  custom_validator: 'host_with_optional_port',
  description: 'A host name or an IP address; a port may follow.',
} as const satisfies StringField

export const wildcardHost = {
  type: 'string',
  custom_validator: 'wildcard_host',
  description: 'A host name whose first or last character may be `*`.',
} as const satisfies StringField

export const sni = {
  type: 'string',
  custom_validator: 'sni',
  description: 'A TLS server name.',
} as const satisfies StringField

export const ip = {
  type: 'string',
  custom_validator: 'ip',
  description: 'An IPv4 or IPv6 address.',
} as const satisfies StringField

export const ipOrCidr = {
  type: 'string',
  custom_validator: 'ip_or_cidr',
  description: 'An IP address, or a range of them such as `10.0.0.0/8`.',
} as const satisfies StringField

export const port = {
  type: 'integer',
  between: [0, 65535],
  description: 'A port.',
} as const satisfies NumberField

export const path = {
  type: 'string',
  starts_with: '/',
  match_none: [{ pattern: '//', err: 'must not have empty segments' }],
  custom_validator: 'path',
  description: 'A path: begins with a slash and has no empty segments.',
} as const satisfies StringField

export const url = {
  type: 'string',
  custom_validator: 'url',
  description: 'A URL with scheme and host.',
} as const satisfies StringField

export const cookieName = {
  type: 'string',
  custom_validator: 'cookie_name',
  description: 'The name of a cookie.',
} as const satisfies StringField

export const headerName = {
  type: 'string',
  custom_validator: 'header_name',
  description: 'The name of a header.',
} as const satisfies StringField

export const httpMethod = {
  type: 'string',
  match: '^%u+$',
  description: 'An HTTP method in capitals.',
} as const satisfies StringField

export const methods = {
  type: 'set',
  elements: httpMethod,
  description: 'HTTP methods.',
} as const satisfies ListField

export const headers = {
  type: 'map',
  keys: headerName,
  values: { type: 'array', elements: { type: 'string' } },
  description: 'Values by name of the header.',
} as const satisfies MapField

/** Milliseconds; 0 is allowed. */
export const timeout = {
  type: 'integer',
  between: [0, 2147483646],
  description: 'How long to wait, in milliseconds.',
} as const satisfies NumberField

export const certificate = {
  type: 'string',
  custom_validator: 'certificate',
  description: 'A certificate in PEM form.',
} as const satisfies StringField

export const key = {
  type: 'string',
  custom_validator: 'key',
  description: 'A private key in PEM form.',
} as const satisfies StringField

export const enabled = {
  type: 'boolean',
  required: true,
  default: true,
  description: 'False keeps the row but has no effect.',
} as const satisfies BooleanField

/** Names of hosts in a route: exact, or with a wildcard as first or last label. */
export const hosts = {
  type: 'array',
  elements: {
    type: 'string',
    match_all: [{ pattern: '^[^*]*%*?[^*]*$', err: 'invalid wildcard: must have at most one wildcard' }],
    match_any: {
      patterns: ['^%*%.', '%.%*$', '^[^*]*$'],
      err: 'invalid wildcard: must be placed at leftmost or rightmost label',
    },
    custom_validator: 'host_with_wildcards',
  },
  description: 'Host names; the first or the last label may be `*`.',
} as const satisfies ListField

export const routerPath = {
  type: 'string',
  match_any: { patterns: ['^/', '^~/'], err: 'should start with: / (fixed path) or ~/ (regex path)' },
  match_none: [{ pattern: '//', err: 'must not have empty segments' }],
  custom_validator: 'router_path',
  description: 'The beginning of a path, or a regular expression after `~`.',
} as const satisfies StringField

export const routerPaths = {
  type: 'array',
  elements: routerPath,
  description: 'Beginnings of paths, or regular expressions after `~`.',
} as const satisfies ListField

const endpoint = {
  type: 'record',
  fields: {
    ip: { ...ipOrCidr, description: 'An address or a range.' },
    port: { ...port, description: 'A port; absent: any.' },
  },
  entity_checks: [{ at_least_one_of: ['ip', 'port'] }],
} as const satisfies RecordField

export const sources = {
  type: 'set',
  elements: endpoint,
  description: 'Addresses, ports or both that a stream connection comes from.',
} as const satisfies ListField

export const destinations = {
  type: 'set',
  elements: endpoint,
  description: 'Addresses, ports or both that a stream connection was made to.',
} as const satisfies ListField

/** Longest time to live that Kong accepts, in seconds. */
export const maxTtl = 100_000_000
