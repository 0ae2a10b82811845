// What no single property can tell: values with a syntax of their own, and properties that must fit each other.
import { isIP } from 'node:net'
import { parseAddress } from './address.ts'
import { FLAGS_WITHOUT_EFFECT, parseListeners } from './listener.ts'
import type { PropertyName, Settings } from './properties.ts'
import { parseSize } from './size.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** One line per problem, each beginning with the property's name. */
export function findProblems(settings: Settings): string[] {
  return [...syntaxProblems(settings), ...hybridProblems(settings), ...certificateProblems(settings)]
}

function* syntaxProblems(settings: Settings): Generator<string> {
  for (const name of ['proxy_listen', 'admin_listen', 'status_listen', 'cluster_listen'] as const) {
    const parsed = parseListeners(settings[name])
    if (!parsed.ok) yield refusal(name, settings[name].join(', '), parsed.expected)
  }
  for (const name of ['nginx_http_client_max_body_size', 'nginx_admin_client_max_body_size'] as const) {
    if (parseSize(settings[name]) === undefined)
      yield refusal(name, settings[name], 'bytes, or a number with k, m or g, such as 10m')
  }
  const processes = settings.nginx_worker_processes
  if (processes !== 'auto' && !(/^\d{1,4}$/.test(processes) && Number(processes) >= 1 && Number(processes) <= 1024)) {
    yield refusal('nginx_worker_processes', processes, 'auto or a whole number from 1 to 1024')
  }
  if (settings.node_id !== undefined && !UUID.test(settings.node_id))
    yield refusal('node_id', settings.node_id, 'a UUID')
  for (const block of settings.trusted_ips) {
    if (!isAddressOrBlock(block) && block !== 'unix:') {
      yield refusal('trusted_ips', block, 'a comma-separated list of IPv4 or IPv6 addresses, CIDR blocks, or unix:')
    }
  }
  if (!/^[\w-]+$/.test(settings.real_ip_header))
    yield refusal('real_ip_header', settings.real_ip_header, 'the name of a header, or proxy_protocol')
  for (const address of settings.cluster_control_plane) {
    if (parseAddress(address) === undefined)
      yield refusal('cluster_control_plane', address, 'a comma-separated list of <host>:<port>')
  }
}

function* hybridProblems(settings: Settings): Generator<string> {
  const { role } = settings
  if (role === 'control_plane') {
    if (settings.database === 'off') yield 'database: a control plane needs one, set database = postgres or embedded'
    if (isOff(settings.admin_listen))
      yield 'admin_listen: a control plane needs an address, "off" is not allowed with role = control_plane'
    if (isOff(settings.cluster_listen))
      yield 'cluster_listen: a control plane needs an address, "off" is not allowed with role = control_plane'
  }
  if (role === 'data_plane') {
    if (settings.database !== 'off')
      yield `database: a data plane has none, set database = off (it is "${settings.database}")`
    if (isOff(settings.proxy_listen))
      yield 'proxy_listen: a data plane needs an address, "off" is not allowed with role = data_plane'
    if (settings.cluster_control_plane.length === 0)
      yield 'cluster_control_plane: a data plane needs the address of a control plane, <host>:<port>'
    yield* labelProblems(settings.cluster_dp_labels)
  } else if (settings.cluster_dp_labels.length > 0) yield 'cluster_dp_labels: only allowed with role = data_plane'
  if (role === 'traditional') return
  for (const name of ['cluster_cert', 'cluster_cert_key'] as const) {
    if (settings[name] === undefined)
      yield `${name}: needed with role = ${role}; "holdfast hybrid gen_cert" makes a certificate and its key`
  }
  if (settings.cluster_mtls !== 'shared' && settings.cluster_ca_cert === undefined) {
    yield `cluster_ca_cert: needed with cluster_mtls = ${settings.cluster_mtls}`
  }
}

/** Kong's rules for labels: at most ten, keys and values of 1 to 63 letters, digits and `. : _ -` between two letters or digits. */
function* labelProblems(labels: readonly string[]): Generator<string> {
  if (labels.length > 10) yield `cluster_dp_labels: at most 10 are allowed, there are ${labels.length}`
  const word = /^[a-z0-9]([\w.:-]{0,61}[a-z0-9])?$/i
  for (const label of labels) {
    const colon = label.indexOf(':')
    const key = label.slice(0, Math.max(colon, 0))
    if (!word.test(key) || /^(kong|konnect|insomnia|mesh|kic)/i.test(key) || !word.test(label.slice(colon + 1))) {
      yield refusal(
        'cluster_dp_labels',
        label,
        '<key>:<value>, each of 1 to 63 letters, digits, ".", ":", "_" or "-", and a key that does not begin with kong, konnect, insomnia, mesh or kic',
      )
    }
  }
}

function* certificateProblems(settings: Settings): Generator<string> {
  for (const [cert, key] of [
    ['ssl_cert', 'ssl_cert_key'],
    ['admin_ssl_cert', 'admin_ssl_cert_key'],
  ] as const) {
    if (settings[cert].length !== settings[key].length) {
      yield `${settings[cert].length > settings[key].length ? key : cert}: ${cert} names ${settings[cert].length} and ${key} names ${settings[key].length}; each certificate needs its key`
    } else if (settings[cert].length > 1) {
      yield `${cert}: names ${settings[cert].length} certificates; more than one is not available yet`
    }
  }
}

/** One line for each thing that is allowed but will not do what somebody may expect. */
export function findWarnings(settings: Settings): string[] {
  const warnings: string[] = []
  for (const name of ['proxy_listen', 'admin_listen', 'status_listen', 'cluster_listen'] as const) {
    const parsed = parseListeners(settings[name])
    const idle = parsed.ok
      ? new Set(parsed.listeners.flatMap(({ flags }) => flags.filter((flag) => FLAGS_WITHOUT_EFFECT.test(flag))))
      : new Set<string>()
    if (idle.size > 0) warnings.push(`${name}: ${[...idle].join(', ')} has no effect yet`)
  }
  for (const name of ['ssl_cert', 'admin_ssl_cert'] as const) {
    if (settings[name].length > 1) warnings.push(`${name}: only the first certificate is used yet`)
  }
  return warnings
}

export function refusal(name: PropertyName, given: string, expected: string): string {
  return `${name}: "${given}" is not allowed; expected ${expected}`
}

function isOff(items: readonly string[]): boolean {
  return items[0] === 'off'
}

function isAddressOrBlock(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  return (
    version !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
  )
}
