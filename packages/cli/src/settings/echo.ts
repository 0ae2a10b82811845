// `configuration` of `GET /`: Kong's shape, which decK, Kong Manager and go-kong read. Secrets never leave.
import { echoListener, parseListeners } from './listener.ts'
import { properties, type Settings } from './properties.ts'
import type { Property } from './property.ts'

/** Kong's placeholder. */
export const HIDDEN = '******'

const HEADER_NAMES: Readonly<Record<string, string>> = {
  server: 'Server',
  via: 'Via',
  'x-kong-admin-latency': 'X-Kong-Admin-Latency',
  'x-kong-proxy-latency': 'X-Kong-Proxy-Latency',
  'x-kong-request-id': 'X-Kong-Request-Id',
  'x-kong-response-latency': 'X-Kong-Response-Latency',
  'x-kong-upstream-latency': 'X-Kong-Upstream-Latency',
  'x-kong-upstream-status': 'X-Kong-Upstream-Status',
  server_tokens: 'server_tokens',
  latency_tokens: 'latency_tokens',
}
const SERVER_TOKENS = ['Server', 'Via']
const LATENCY_TOKENS = [
  'X-Kong-Proxy-Latency',
  'X-Kong-Response-Latency',
  'X-Kong-Admin-Latency',
  'X-Kong-Upstream-Latency',
]

/** What Kong is told to keep shut that we do not have yet; clients look for the members. */
const ABSENT_LISTENERS = ['stream_listen', 'admin_gui_listen'] as const

export function echoSettings(settings: Settings): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const [name, property] of Object.entries<Property>(properties)) {
    const value = settings[name as keyof Settings]
    if (value !== undefined) shown[name] = property.secret ? HIDDEN : Array.isArray(value) ? luaList(value) : value
  }
  for (const name of ['proxy_listen', 'admin_listen', 'status_listen', 'cluster_listen'] as const) {
    const parsed = parseListeners(settings[name])
    const listeners = parsed.ok ? parsed.listeners : []
    shown[`${name}ers`] = luaList(listeners.map(echoListener))
    if (name !== 'cluster_listen')
      shown[`${name.replace('_listen', '')}_ssl_enabled`] = listeners.some(({ ssl }) => ssl)
  }
  for (const name of ABSENT_LISTENERS) Object.assign(shown, { [name]: ['off'], [`${name}ers`]: {} })
  return {
    ...shown,
    // For a client an embedded PostgreSQL is PostgreSQL; what it asks is whether there is a database.
    database: settings.database === 'embedded' ? 'postgres' : settings.database,
    cluster_control_plane: settings.cluster_control_plane.join(', '),
    real_ip_recursive: settings.real_ip_recursive ? 'on' : 'off',
    enabled_headers: enabled(settings.headers, Object.values(HEADER_NAMES)),
    enabled_headers_upstream: enabled(settings.headers_upstream, ['X-Kong-Request-Id']),
  }
}

/** Lua has one kind of table, and Kong's encoder shows an empty one as an object. */
function luaList(items: readonly unknown[]): unknown {
  return items.length === 0 ? {} : items
}

function enabled(tokens: readonly string[], all: readonly string[]): Record<string, boolean> {
  const names = tokens[0] === 'off' ? [] : tokens.map((token) => HEADER_NAMES[token.toLowerCase()] ?? '')
  if (names.includes('server_tokens')) names.push(...SERVER_TOKENS)
  if (names.includes('latency_tokens')) names.push(...LATENCY_TOKENS)
  return Object.fromEntries(all.map((name) => [name, names.includes(name)]))
}
