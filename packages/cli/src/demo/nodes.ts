// The two nodes of the demo: a hybrid deployment on one machine.
import { join } from 'node:path'
import type { RunningPostgres } from '../postgres/index.ts'
import type { DemoCertificates } from './certificates.ts'
import { ChildNode } from './child-node.ts'
import type { DemoLayout } from './layout.ts'

export function controlPlaneNode(
  { folder, ports }: DemoLayout,
  certificates: DemoCertificates,
  database: RunningPostgres,
): ChildNode {
  return new ChildNode({
    name: 'control plane',
    logPath: join(folder, 'control-plane.log'),
    readyUrl: `http://127.0.0.1:${ports.admin}/status`,
    settings: {
      role: 'control_plane',
      prefix: join(folder, 'control-plane'),
      database: 'postgres',
      pg_host: database.host,
      pg_port: String(database.port),
      pg_user: database.user,
      pg_password: database.password,
      pg_database: database.database,
      admin_listen: `127.0.0.1:${ports.admin}, 127.0.0.1:${ports.adminTls} ssl`,
      cluster_listen: `127.0.0.1:${ports.cluster}`,
      admin_ssl_cert: `${certificates.proxy}.crt`,
      admin_ssl_cert_key: `${certificates.proxy}.key`,
      ...cluster(certificates, certificates.controlPlane),
    },
  })
}

export function dataPlaneNode({ folder, ports }: DemoLayout, certificates: DemoCertificates): ChildNode {
  return new ChildNode({
    name: 'data plane',
    logPath: join(folder, 'data-plane.log'),
    readyUrl: `http://127.0.0.1:${ports.status}/status/ready`,
    settings: {
      role: 'data_plane',
      prefix: join(folder, 'data-plane'),
      database: 'off',
      proxy_listen: `127.0.0.1:${ports.proxy} reuseport, 127.0.0.1:${ports.proxyTls} ssl http2 reuseport`,
      status_listen: `127.0.0.1:${ports.status}`,
      cluster_control_plane: `127.0.0.1:${ports.cluster}`,
      cluster_server_name: 'localhost',
      ssl_cert: `${certificates.proxy}.crt`,
      ssl_cert_key: `${certificates.proxy}.key`,
      ...cluster(certificates, certificates.dataPlane),
    },
  })
}

function cluster(certificates: DemoCertificates, own: string): Record<string, string> {
  return {
    cluster_mtls: 'pki',
    cluster_ca_cert: `${certificates.authority}.crt`,
    cluster_cert: `${own}.crt`,
    cluster_cert_key: `${own}.key`,
  }
}
