import { destinations, headers, hosts, methods, routerPaths, sources } from '@holdfast/schema'
import type { Subschema } from '@holdfast/schema'

const refuse = (field: string, protocols: string) =>
  ({ eq: null, err: `cannot set '${field}' when 'protocols' is ${protocols}` }) as const

const httpOnly = "'http' or 'https'"
const http = {
  fields: {
    sources: { ...sources, ...refuse('sources', httpOnly) },
    destinations: { ...destinations, ...refuse('destinations', httpOnly) },
  },
  entity_checks: [
    {
      conditional_at_least_one_of: {
        if_field: 'protocols',
        if_match: { contains: 'https' },
        then_at_least_one_of: ['methods', 'hosts', 'headers', 'paths', 'snis'],
        then_err: "must set one of %s when 'protocols' is 'https'",
        else_match: { contains: 'http' },
        else_then_at_least_one_of: ['methods', 'hosts', 'headers', 'paths'],
        else_then_err: "must set one of %s when 'protocols' is 'http'",
      },
    },
  ],
} as const satisfies Subschema

const streams = "'tcp', 'tls', 'tls_passthrough' or 'udp'"
const stream = {
  fields: {
    methods: { ...methods, ...refuse('methods', streams) },
    hosts: { ...hosts, ...refuse('hosts', streams) },
    paths: { ...routerPaths, ...refuse('paths', streams) },
    headers: { ...headers, ...refuse('headers', streams) },
  },
  entity_checks: [
    {
      conditional_at_least_one_of: {
        if_field: 'protocols',
        if_match: { elements: { type: 'string', one_of: ['tcp', 'tls', 'udp'] } },
        then_at_least_one_of: ['sources', 'destinations', 'snis'],
        then_err: "must set one of %s when 'protocols' is 'tcp', 'tls' or 'udp'",
      },
    },
    {
      conditional_at_least_one_of: {
        if_field: 'protocols',
        if_match: { elements: { type: 'string', one_of: ['tls_passthrough'] } },
        then_at_least_one_of: ['snis'],
        then_err: "must set snis when 'protocols' is 'tls_passthrough'",
      },
    },
  ],
} as const satisfies Subschema

const grpcOnly = "'grpc' or 'grpcs'"
const grpc = {
  fields: {
    // gRPC addresses a method by the whole path, so nothing may be stripped from it.
    strip_path: {
      type: 'boolean',
      required: true,
      default: false,
      ne: true,
      err: `cannot set 'strip_path' when 'protocols' is ${grpcOnly}`,
      description: 'Always false: a gRPC method is named by its whole path.',
    },
    methods: { ...methods, ...refuse('methods', grpcOnly) },
    sources: { ...sources, ...refuse('sources', grpcOnly) },
    destinations: { ...destinations, ...refuse('destinations', grpcOnly) },
  },
  entity_checks: [
    {
      conditional_at_least_one_of: {
        if_field: 'protocols',
        if_match: { contains: 'grpcs' },
        then_at_least_one_of: ['hosts', 'headers', 'paths', 'snis'],
        then_err: "must set one of %s when 'protocols' is 'grpcs'",
        else_match: { contains: 'grpc' },
        else_then_at_least_one_of: ['hosts', 'headers', 'paths'],
        else_then_err: "must set one of %s when 'protocols' is 'grpc'",
      },
    },
  ],
} as const satisfies Subschema

/** What a route may and must have, by the first of its protocols. */
export const routeSubschemas = {
  http,
  https: http,
  tcp: stream,
  tls: stream,
  udp: stream,
  tls_passthrough: stream,
  grpc,
  grpcs: grpc,
} as const
