import { parseAddress } from '@holdfast/schema'
import type { EntityCheck, FieldMatch, Functions } from '@holdfast/schema'

const when = (if_field: string, value: string, then_field: string, then_match: FieldMatch): EntityCheck => ({
  conditional: { if_field, if_match: { match: `^${value}$` }, then_field, then_match },
})
const required: FieldMatch = { required: true }

/** In the order in which `/schemas` shows them. */
export const upstreamChecks: readonly EntityCheck[] = [
  when('hash_on', 'header', 'hash_on_header', required),
  when('hash_fallback', 'header', 'hash_fallback_header', required),
  when('hash_on', 'cookie', 'hash_on_cookie', required),
  when('hash_fallback', 'cookie', 'hash_on_cookie', required),
  // Without a first input, and with a cookie that is set when absent, there is nothing to fall back from.
  when('hash_on', 'none', 'hash_fallback', { one_of: ['none'] }),
  when('hash_on', 'cookie', 'hash_fallback', { one_of: ['none'] }),
  // Falling back to the same input would find nothing again; headers, arguments and captures may differ by name.
  when('hash_on', 'consumer', 'hash_fallback', {
    one_of: ['none', 'ip', 'header', 'cookie', 'path', 'query_arg', 'uri_capture'],
  }),
  when('hash_on', 'ip', 'hash_fallback', {
    one_of: ['none', 'consumer', 'header', 'cookie', 'path', 'query_arg', 'uri_capture'],
  }),
  when('hash_on', 'path', 'hash_fallback', {
    one_of: ['none', 'consumer', 'header', 'cookie', 'query_arg', 'ip', 'uri_capture'],
  }),
  { distinct: ['hash_on_header', 'hash_fallback_header'] },
  when('hash_on', 'query_arg', 'hash_on_query_arg', required),
  when('hash_fallback', 'query_arg', 'hash_fallback_query_arg', required),
  { distinct: ['hash_on_query_arg', 'hash_fallback_query_arg'] },
  when('hash_on', 'uri_capture', 'hash_on_uri_capture', required),
  when('hash_fallback', 'uri_capture', 'hash_fallback_uri_capture', required),
  { distinct: ['hash_on_uri_capture', 'hash_fallback_uri_capture'] },
]

export const upstreamFunctions: Functions = {
  validators: { upstream_name: upstreamName },
  shorthands: {
    algorithm: (algorithm: string) =>
      algorithm === 'least-connections' || algorithm === 'latency' ? { algorithm, hash_on: null } : { algorithm },
    hash_on: (hash_on: string | null) => {
      if (hash_on === null) return { hash_on: 'none' }
      return { hash_on, algorithm: hash_on === 'none' ? 'round-robin' : 'consistent-hashing' }
    },
  },
}

/** An upstream is named like a host, because services address it as one. */
function upstreamName(name: string): string | undefined {
  const address = parseAddress(name)
  const wrong =
    typeof address === 'string'
      ? 'must be a valid hostname'
      : address.type !== 'name'
        ? 'no ip addresses allowed'
        : address.port !== undefined
          ? 'no port allowed'
          : undefined
  return wrong && `Invalid name ('${name}'); ${wrong}`
}
