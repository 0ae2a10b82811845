import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseConfFile } from './conf-file.ts'
import { InvalidSettings, loadSettings } from './load.ts'
import { nearestName } from './nearest-name.ts'
import { aliases, notBuilt } from './not-built.ts'
import { properties } from './properties.ts'
import { parseValue, type Property } from './property.ts'
import { parseSize } from './size.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-settings-'))
const cert = join(folder, 'cluster.crt')
writeFileSync(cert, '')

function load(env: Record<string, string>, conf = '') {
  const file = join(folder, 'kong.conf')
  writeFileSync(file, conf)
  return loadSettings({ file, env })
}

function problemsOf(env: Record<string, string>, conf = ''): readonly string[] {
  try {
    load(env, conf)
    return []
  } catch (error) {
    if (error instanceof InvalidSettings) return error.problems
    throw error
  }
}

describe('kong.conf', () => {
  test.each([
    // line                                  value
    ['pg_user = kong', 'kong'],
    ['pg_user=kong', 'kong'],
    ['  pg_user   =   kong  ', 'kong'],
    ['pg_user = kong # who', 'kong'],
    ['pg_user = ko\\#ng', 'ko#ng'],
    ['pg_user = "kong"', '"kong"'],
    ['pg_user = a = b', 'a = b'],
    ['pg_user = one\npg_user = two', 'two'],
    ['pg_user = ko\\\nng', 'kong'],
    ['\u{FEFF}pg_user = kong\r\n', 'kong'],
    ['# pg_user = no\n; nor = this\n\npg_user = kong', 'kong'],
    ['pg_user =', ''],
  ])('%j', (content, value) => {
    const parsed = parseConfFile(content)
    expect(parsed.ok && parsed.entries.map((entry) => [entry.name, entry.value])).toEqual([['pg_user', value]])
  })

  test('a line that is no assignment is named', () => {
    expect(problemsOf({}, 'role = traditional\nthis is wrong')).toEqual([
      `${join(folder, 'kong.conf')}, line 2: expected <property> = <value>, found "this is wrong"`,
    ])
  })

  test('a file that is not there is an error', () => {
    expect(() => loadSettings({ file: join(folder, 'none.conf'), env: {} })).toThrow(
      `There is no configuration file at ${join(folder, 'none.conf')}.`,
    )
  })
})

test('the environment wins over the file, the command line over both', () => {
  const file = join(folder, 'order.conf')
  writeFileSync(file, 'prefix = /file\npg_user = file\npg_database = file')
  const { settings } = loadSettings({
    file,
    env: { KONG_PREFIX: '/env', KONG_PG_USER: 'env' },
    overrides: { prefix: '/line' },
  })
  expect([settings.prefix, settings.pg_user, settings.pg_database]).toEqual(['/line', 'env', 'file'])
})

test('an empty variable means the default, as in Kong', () => {
  expect(load({ KONG_LOG_LEVEL: '' }, 'log_level = debug').settings.log_level).toBe('notice')
})

test.each([
  // given                                                          database
  [{}, 'embedded'],
  [{ KONG_PG_HOST: 'db.example' }, 'postgres'],
  [{ KONG_PG_PASSWORD: 'x', KONG_DATABASE: 'off' }, 'off'],
  [{ KONG_ROLE: 'data_plane', KONG_CLUSTER_CERT: cert, KONG_CLUSTER_CERT_KEY: cert }, 'off'],
] as const)('the database for %j', (env, database) => {
  expect(load(env).settings.database).toBe(database)
})

test.each([
  // given                                          the line that refuses it
  [
    { KONG_ROLE: 'both' },
    'role: "both" is not allowed; expected one of traditional, control_plane, data_plane (KONG_ROLE)',
  ],
  [{ KONG_PG_PORT: '0' }, 'pg_port: "0" is not allowed; expected a whole number from 1 to 65535 (KONG_PG_PORT)'],
  [
    { KONG_PG_PORT: '5432.5' },
    'pg_port: "5432.5" is not allowed; expected a whole number from 1 to 65535 (KONG_PG_PORT)',
  ],
  [{ KONG_PG_SSL: 'yes' }, 'pg_ssl: "yes" is not allowed; expected on or off (KONG_PG_SSL)'],
  [
    { KONG_NGINX_WORKER_PROCESSES: '0' },
    'nginx_worker_processes: "0" is not allowed; expected auto or a whole number from 1 to 1024',
  ],
  [
    { KONG_NGINX_MAIN_WORKER_PROCESSES: 'x' },
    'nginx_worker_processes: "x" is not allowed; expected auto or a whole number from 1 to 1024',
  ],
  [{ KONG_NODE_ID: 'me' }, 'node_id: "me" is not allowed; expected a UUID'],
  [
    { KONG_CLUSTER_DATA_PLANE_PURGE_DELAY: '59' },
    'cluster_data_plane_purge_delay: "59" is not allowed; expected a whole number of 60 or more (KONG_CLUSTER_DATA_PLANE_PURGE_DELAY)',
  ],
  [
    { KONG_CLUSTER_CONTROL_PLANE: 'cp' },
    'cluster_control_plane: "cp" is not allowed; expected a comma-separated list of <host>:<port>',
  ],
  [
    { KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE: '1t' },
    'nginx_http_client_max_body_size: "1t" is not allowed; expected bytes, or a number with k, m or g, such as 10m',
  ],
  [
    { KONG_TRUSTED_IPS: '10.0.0.0/8, ten' },
    'trusted_ips: "ten" is not allowed; expected a comma-separated list of IPv4 or IPv6 addresses, CIDR blocks, or unix:',
  ],
  [
    { KONG_TRUSTED_IPS: '10.0.0.0/33' },
    'trusted_ips: "10.0.0.0/33" is not allowed; expected a comma-separated list of IPv4 or IPv6 addresses, CIDR blocks, or unix:',
  ],
  [
    { KONG_ROUTER_FLAVOR: 'expressions' },
    'router_flavor: "expressions" is not allowed; expected one of traditional_compatible (KONG_ROUTER_FLAVOR)',
  ],
  [
    { KONG_SSL_CERT: '/a.crt,/b.crt', KONG_SSL_CERT_KEY: '/a.key,/b.key' },
    'ssl_cert: names 2 certificates; more than one is not available yet',
  ],
  [
    { KONG_SSL_CERT: '/a.crt' },
    'ssl_cert_key: ssl_cert names 1 and ssl_cert_key names 0; each certificate needs its key',
  ],
  [{ KONG_CLUSTER_DP_LABELS: 'a:b' }, 'cluster_dp_labels: only allowed with role = data_plane'],
  [
    { KONG_ROLE: 'control_plane', KONG_CLUSTER_CERT: cert },
    'cluster_cert_key: needed with role = control_plane; "holdfast hybrid gen_cert" makes a certificate and its key',
  ],
  [
    { KONG_ROLE: 'control_plane', KONG_CLUSTER_CERT: cert, KONG_CLUSTER_CERT_KEY: cert, KONG_CLUSTER_MTLS: 'pki' },
    'cluster_ca_cert: needed with cluster_mtls = pki',
  ],
  [
    { KONG_ROLE: 'control_plane', KONG_CLUSTER_CERT: cert, KONG_CLUSTER_CERT_KEY: cert, KONG_DATABASE: 'off' },
    'database: a control plane needs one, set database = postgres or embedded',
  ],
  [
    { KONG_ROLE: 'control_plane', KONG_CLUSTER_CERT: cert, KONG_CLUSTER_CERT_KEY: cert, KONG_ADMIN_LISTEN: 'off' },
    'admin_listen: a control plane needs an address, "off" is not allowed with role = control_plane',
  ],
  [
    { KONG_ROLE: 'data_plane', KONG_CLUSTER_CERT: cert, KONG_CLUSTER_CERT_KEY: cert, KONG_DATABASE: 'postgres' },
    'database: a data plane has none, set database = off (it is "postgres")',
  ],
  [
    { KONG_ROLE: 'data_plane', KONG_CLUSTER_CERT: cert, KONG_CLUSTER_CERT_KEY: cert, KONG_PROXY_LISTEN: 'off' },
    'proxy_listen: a data plane needs an address, "off" is not allowed with role = data_plane',
  ],
])('%j is refused', (env, line) => {
  expect(problemsOf(env)).toEqual([line])
})

test.each(['key', 'a:', ':b', '-a:b', 'kong-x:b', `${'k'.repeat(64)}:v`])('the label %j is refused', (label) => {
  expect(
    problemsOf({
      KONG_ROLE: 'data_plane',
      KONG_CLUSTER_CERT: cert,
      KONG_CLUSTER_CERT_KEY: cert,
      KONG_CLUSTER_DP_LABELS: label,
    })[0],
  ).toMatch(/^cluster_dp_labels: ".*" is not allowed; expected <key>:<value>/)
})

test('a secret that is refused is not shown', () => {
  expect(problemsOf({ KONG_SSL_CERT_KEY: '/secret.key' })).toEqual([
    'ssl_cert: ssl_cert names 0 and ssl_cert_key names 1; each certificate needs its key',
  ])
})

test.each([
  // variable                     value                 warning
  ['KONG_PROXI_LISTEN', 'x', 'proxi_listen: there is no such property; did you mean proxy_listen? (KONG_PROXI_LISTEN)'],
  ['KONG_ENTIRELY_DIFFERENT', 'x', 'entirely_different: there is no such property (KONG_ENTIRELY_DIFFERENT)'],
  ['KONG_DNS_ORDER', 'A', 'dns_order: has no effect yet (KONG_DNS_ORDER)'],
  ['KONG_ADMIN_GUI_LISTEN', '0.0.0.0:8002', 'admin_gui_listen: has no effect yet (KONG_ADMIN_GUI_LISTEN)'],
  [
    'KONG_NGINX_PROXY_PROXY_BUFFER_SIZE',
    '8k',
    'nginx_proxy_proxy_buffer_size: has no effect yet (KONG_NGINX_PROXY_PROXY_BUFFER_SIZE)',
  ],
  ['KONG_ADMIN_LISTEN', '127.0.0.1:8001 deferred', 'admin_listen: deferred has no effect yet'],
])('%s = %s is warned about', (variable, value, warning) => {
  expect(load({ [variable]: value }).warnings).toEqual([warning])
})

test.each([
  ['KONG_ADMIN_GUI_LISTEN', 'off'],
  ['KONG_ANONYMOUS_REPORTS', 'off'],
  ['KONG_PLUGINS', 'bundled'],
  ['KONG_DNS_ORDER', ''],
  ['KONG_KONG_PROXY_SERVICE_HOST', '10.0.0.1'],
  ['KONG_ADMIN_PORT', 'tcp://10.0.0.1:8001'],
  ['KONGFU', 'x'],
])('%s = %j needs no warning', (variable, value) => {
  expect(load({ [variable]: value }).warnings).toEqual([])
})

test.each([
  ['0', 0],
  ['512', 512],
  ['8k', 8192],
  ['10M', 10_485_760],
  ['1g', 1_073_741_824],
  ['-1', undefined],
  ['1.5m', undefined],
  ['', undefined],
])('the size %j', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

test.each([
  ['proxy_listn', 'proxy_listen'],
  ['pg_pasword', 'pg_password'],
  ['zzzzzz', undefined],
])('the nearest name to %s', (given, expected) => {
  expect(nearestName(given, Object.keys(properties))).toBe(expected)
})

test('the tables agree: nothing is both built and not, aliases lead to properties, defaults are allowed values', () => {
  expect(Object.keys(properties).filter((name) => Object.hasOwn(notBuilt, name))).toEqual([])
  expect(Object.values(aliases).filter((name) => !Object.hasOwn(properties, name))).toEqual([])
  for (const [name, property] of Object.entries<Property>(properties)) {
    if (property.default === undefined) continue
    const text = Array.isArray(property.default)
      ? property.default.join(', ')
      : property.default === true
        ? 'on'
        : property.default === false
          ? 'off'
          : String(property.default)
    expect([name, parseValue(property, text)]).toEqual([name, { ok: true, value: property.default }])
  }
})
