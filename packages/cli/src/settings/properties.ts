// Every property of `kong.conf` that has an effect, with Kong's name and default, and `embedded` beside Kong's databases.
import {
  choice,
  integer,
  list,
  optionalInteger,
  path,
  seconds,
  text,
  toggle,
  type Property,
  type ValueOf,
} from './property.ts'

const PORTS = [1, 65_535] as const

export const properties = {
  // This node
  role: choice(
    'Which planes run here: both, or one of a hybrid deployment.',
    ['traditional', 'control_plane', 'data_plane'],
    'traditional',
  ),
  prefix: text(
    'Folder for state: replica, embedded database, generated certificates, pid. In the checkout, or in the home folder of whoever may not write there.',
    '.holdfast',
  ),
  node_id: text('Id of this node, a UUID; made and remembered in the prefix unless set.'),
  log_level: choice(
    'Least severity that is logged.',
    ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'],
    'notice',
  ),
  nginx_worker_processes: text('Number of proxy threads; `auto`: one per core.', 'auto'),

  // Listeners: <ip>:<port> and flags, comma-separated; `off` for none
  proxy_listen: list('Where clients connect.', [
    '0.0.0.0:8000 reuseport backlog=16384',
    '0.0.0.0:8443 http2 ssl reuseport backlog=16384',
  ]),
  admin_listen: list('Where the Admin API is served.', [
    '127.0.0.1:8001 reuseport backlog=16384',
    '127.0.0.1:8444 http2 ssl reuseport backlog=16384',
  ]),
  status_listen: list('Where status and metrics are served.', ['127.0.0.1:8007 reuseport backlog=16384']),
  cluster_listen: list('Where a control plane waits for data planes.', ['0.0.0.0:8005']),

  // Hybrid
  cluster_control_plane: list('Addresses of control planes that a data plane tries in turn, <host>:<port>.', [
    '127.0.0.1:8005',
  ]),
  cluster_mtls: choice(
    '`shared`: one certificate on all nodes; `pki`: any of one authority; `pki_check_cn`: and of an allowed name.',
    ['shared', 'pki', 'pki_check_cn'],
    'shared',
  ),
  cluster_cert: path('Certificate with which this node shows itself to the other plane, PEM.'),
  cluster_cert_key: path('Its key, PEM.', { secret: true }),
  cluster_ca_cert: path('Authority that signed the other plane, PEM; for pki and pki_check_cn.'),
  cluster_allowed_common_names: list(
    'For pki_check_cn: the names data planes may have; unless set, any name in the parent domain of cluster_cert.',
  ),
  cluster_server_name: text(
    'Name that the control plane must show; kong_clustering for shared, the host of the address for pki, unless set.',
  ),
  cluster_dp_labels: list('Labels of this data plane, <key>:<value>.'),
  cluster_data_plane_purge_delay: integer(
    'Seconds until a data plane that is gone is forgotten.',
    1_209_600,
    [60, 1e9],
  ),

  // Database
  database: choice(
    '`postgres`: a server of yours; `embedded`: one that we start and keep in the prefix; `off`: none. Unless set: off for a data plane, postgres where any pg_* is set, else embedded.',
    ['postgres', 'embedded', 'off'],
    'embedded',
  ),
  pg_host: text('Host of the server, or folder of its unix socket.', '127.0.0.1'),
  pg_port: integer('Port of the server.', 5432, PORTS),
  pg_user: text('Role to connect as.', 'kong'),
  pg_password: text('Its password.', undefined, { secret: true }),
  pg_database: text('Name of the database.', 'kong'),
  pg_schema: text('Schema for the tables; that of the role unless set.'),
  pg_ssl: toggle('Connect with TLS.', false),
  pg_ssl_verify: toggle('Refuse a server whose certificate does not check.', false),
  pg_timeout: integer('Milliseconds for connecting and for each statement.', 5000, [1, 3_600_000]),
  pg_pool_size: optionalInteger('Largest number of connections of this node; 10 unless set.', [1, 10_000]),
  declarative_config: path('With `database = off`: file with the configuration.'),

  // Proxy
  router_flavor: choice(
    'How routes are matched; the flavors traditional and expressions are not built yet.',
    ['traditional_compatible'],
    'traditional_compatible',
  ),
  trusted_ips: list('Addresses and blocks whose X-Forwarded-* are believed.'),
  real_ip_header: text('Header that tells the address of the client, or proxy_protocol.', 'X-Real-IP'),
  real_ip_recursive: toggle(
    'Take the last address in that header that is not trusted, instead of the last one.',
    false,
  ),
  upstream_keepalive_pool_size: integer(
    'Idle connections kept for each upstream and thread; 0: none.',
    512,
    [0, 1_000_000],
  ),
  upstream_keepalive_max_requests: integer('Requests after which a connection is closed; 0: no limit.', 10_000),
  upstream_keepalive_idle_timeout: seconds('Seconds after which an idle connection is closed; 0: never.', 60),
  headers: list('Headers of ours in answers.', ['server_tokens', 'latency_tokens', 'x-kong-request-id'], {
    allowed: [
      'off',
      'server_tokens',
      'latency_tokens',
      'server',
      'via',
      'x-kong-proxy-latency',
      'x-kong-response-latency',
      'x-kong-admin-latency',
      'x-kong-upstream-latency',
      'x-kong-upstream-status',
      'x-kong-request-id',
    ],
  }),
  headers_upstream: list('Headers of ours in requests to services.', ['x-kong-request-id'], {
    allowed: ['off', 'x-kong-request-id'],
  }),
  error_default_type: choice(
    'Type of an error body where Accept does not say.',
    ['text/plain', 'text/html', 'application/json', 'application/xml'],
    'text/plain',
  ),
  nginx_http_client_max_body_size: text('Largest request body, such as 8m; 0: no limit.', '0'),
  nginx_admin_client_max_body_size: text('Largest request body of the Admin API.', '10m'),

  // TLS
  ssl_cert: list('Certificates of TLS listeners for clients that ask for no known name, PEM files.'),
  ssl_cert_key: list('Their keys, in the same order.', [], { secret: true }),
  admin_ssl_cert: list('Certificate of the Admin API, PEM file.'),
  admin_ssl_cert_key: list('Its key.', [], { secret: true }),
} as const satisfies Readonly<Record<string, Property>>

export type PropertyName = keyof typeof properties
export type Settings = { readonly [Name in PropertyName]: ValueOf<(typeof properties)[Name]> }
