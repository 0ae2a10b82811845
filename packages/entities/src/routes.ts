import {
  createdAt,
  headerName,
  headers,
  hosts,
  methods,
  protocol,
  routerPaths,
  sources,
  destinations,
  tags,
  updatedAt,
  utf8Name,
  uuid,
  wildcardHost,
} from '@holdfast/schema'
import { defineEntity } from './entity.ts'
import type { Row } from './entity.ts'
import { routeFunctions } from './route-checks.ts'
import { routeSubschemas } from './route-subschemas.ts'

export const routes = defineEntity({
  name: 'routes',
  description: 'A rule that says which requests go to which service.',
  endpoint_key: 'name',
  collection: 'routes',
  nested: [{ field: 'service', under: 'services', as: 'routes' }],
  held: 'compiled',
  subschema_key: 'protocols',
  subschemas: routeSubschemas,
  fields: {
    id: uuid,
    created_at: createdAt,
    updated_at: updatedAt,
    name: utf8Name,
    protocols: {
      type: 'set',
      len_min: 1,
      required: true,
      elements: protocol,
      mutually_exclusive_subsets: [['http', 'https'], ['tcp', 'tls', 'udp'], ['tls_passthrough'], ['grpc', 'grpcs']],
      default: ['http', 'https'],
      description: 'Protocols that the route accepts.',
    },
    https_redirect_status_code: {
      type: 'integer',
      one_of: [426, 301, 302, 307, 308],
      default: 426,
      required: true,
      description: 'Answer to a request that fits in everything but its protocol.',
    },
    strip_path: {
      type: 'boolean',
      required: true,
      default: true,
      description: 'Take the part of the path that matched away before the request goes on.',
    },
    preserve_host: {
      type: 'boolean',
      required: true,
      default: false,
      description: "Send the client's Host header to the upstream instead of the upstream's own name.",
    },
    request_buffering: {
      type: 'boolean',
      required: true,
      default: true,
      description: 'Whether the request body may be collected before it is sent on.',
    },
    response_buffering: {
      type: 'boolean',
      required: true,
      default: true,
      description: 'Whether the answer may be collected before it is sent on.',
    },
    tags,
    service: { type: 'foreign', reference: 'services', description: 'Where requests of this route go.' },
    snis: { type: 'set', elements: wildcardHost, description: 'TLS server names that match.' },
    sources: { ...sources, description: 'Where a stream connection may come from.' },
    destinations: { ...destinations, description: 'Which of our addresses a stream connection may have been made to.' },
    methods: { ...methods, description: 'Methods that match.' },
    hosts: { ...hosts, description: 'Host headers that match; the first or last label may be `*`.' },
    paths: { ...routerPaths, description: 'Beginnings of paths that match, or regexes after `~`.' },
    headers: {
      ...headers,
      keys: {
        ...headerName,
        match_none: [
          {
            pattern: '^[Hh][Oo][Ss][Tt]$',
            err: "cannot contain 'host' header, which must be specified in the 'hosts' attribute",
          },
        ],
      },
      description: 'Headers that must be there, each with one of the values.',
    },
    regex_priority: {
      type: 'integer',
      default: 0,
      description: 'Among regex paths that match, the route with the greatest number wins.',
    },
    path_handling: {
      type: 'string',
      default: 'v0',
      one_of: ['v0', 'v1'],
      description: 'How the paths of service, route and request are joined.',
    },
  },
  entity_checks: [
    {
      conditional: {
        if_field: 'protocols',
        if_match: { elements: { type: 'string', not_one_of: ['grpcs', 'https', 'tls', 'tls_passthrough'] } },
        then_field: 'snis',
        then_match: { len_eq: 0 },
        then_err: "'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'",
      },
    },
    { custom_entity_check: { field_sources: ['path_handling'], fn: 'path_handling' } },
    {
      custom_entity_check: {
        field_sources: [
          'id',
          'protocols',
          'snis',
          'sources',
          'destinations',
          'methods',
          'hosts',
          'paths',
          'headers',
          'expression',
          'regex_priority',
          'priority',
        ],
        run_with_missing_fields: true,
        fn: 'routable',
      },
    },
  ],
  functions: routeFunctions,
})

export type Route = Row<typeof routes>
