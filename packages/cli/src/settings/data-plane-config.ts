import { availableParallelism, hostname } from 'node:os'
import type { ConfigSource, DataPlaneConfig, GatewayHeader } from '@holdfast/data-plane/config'
import { parseAddress } from './address.ts'
import { listeners, localSocketPath } from './control-plane-config.ts'
import { listenerCertificate, clusterMaterial } from './material.ts'
import { nodeId } from './node-id.ts'
import type { Settings } from './properties.ts'
import { parseSize } from './size.ts'

/** As long as `kong quit` gives requests in flight. */
const DRAIN_TIMEOUT_MS = 10_000

export async function dataPlaneConfig(settings: Settings): Promise<DataPlaneConfig> {
  const certificate = await listenerCertificate(settings, 'proxy')
  return {
    nodeId: nodeId(settings),
    hostname: hostname(),
    prefix: settings.prefix,
    proxyListen: dataPlaneListeners(settings.proxy_listen),
    statusListen: dataPlaneListeners(settings.status_listen),
    threads:
      settings.nginx_worker_processes === 'auto' ? availableParallelism() : Number(settings.nginx_worker_processes),
    source: configSource(settings),
    sslCert: certificate.certificate,
    sslCertKey: certificate.key,
    trustedIps: settings.trusted_ips,
    realIpHeader: settings.real_ip_header.toLowerCase(),
    realIpRecursive: settings.real_ip_recursive,
    upstreamKeepalive: {
      poolSize: settings.upstream_keepalive_pool_size,
      maxRequests: settings.upstream_keepalive_max_requests,
      idleTimeoutMs: settings.upstream_keepalive_idle_timeout * 1000,
    },
    responseHeaders: responseHeaders(settings.headers),
    upstreamRequestId:
      settings.headers_upstream.some((name) => name.toLowerCase() === 'x-kong-request-id') &&
      settings.headers_upstream[0] !== 'off',
    errorDefaultType: settings.error_default_type,
    clientMaxBodySize: parseSize(settings.nginx_http_client_max_body_size)!,
    logLevel: settings.log_level,
    drainTimeoutMs: DRAIN_TIMEOUT_MS,
  }
}

function configSource(settings: Settings): ConfigSource {
  if (settings.role === 'traditional') {
    return settings.database === 'off'
      ? { kind: 'file', path: settings.declarative_config }
      : { kind: 'local', socketPath: localSocketPath(settings) }
  }
  return {
    kind: 'control_plane',
    addresses: settings.cluster_control_plane.map((address) => parseAddress(address)!),
    ...clusterMaterial(settings),
    serverName: settings.cluster_server_name ?? (settings.cluster_mtls === 'shared' ? 'kong_clustering' : ''),
    labels: Object.fromEntries(
      settings.cluster_dp_labels.map((label) => [
        label.slice(0, label.indexOf(':')),
        label.slice(label.indexOf(':') + 1),
      ]),
    ),
  }
}

const TOKENS: Readonly<Record<string, readonly GatewayHeader[]>> = {
  server_tokens: ['server', 'via'],
  latency_tokens: ['x-kong-proxy-latency', 'x-kong-upstream-latency', 'x-kong-response-latency'],
  // Only the Admin API sends this one.
  'x-kong-admin-latency': [],
  off: [],
}

/** `off` in the first place switches all of them off, as in Kong. */
function responseHeaders(tokens: readonly string[]): ReadonlySet<GatewayHeader> {
  if (tokens[0] === 'off') return new Set()
  return new Set(
    tokens.map((token) => token.toLowerCase()).flatMap((token) => TOKENS[token] ?? [token as GatewayHeader]),
  )
}

function dataPlaneListeners(items: readonly string[]): DataPlaneConfig['proxyListen'] {
  return listeners(items).map(({ ip, port, ssl, http2, proxyProtocol, reuseport, backlog }) => ({
    ip,
    port,
    ssl,
    http2,
    proxyProtocol,
    reuseport,
    backlog,
  }))
}
