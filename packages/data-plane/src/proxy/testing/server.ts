import type { Logger } from '@holdfast/plugin-kit'
import type { GatewayHeader, Listener } from '../../config.ts'
import type { Runtime } from '../../compile/runtime.ts'
import { startProxyServer, type ProxyServer } from '../server.ts'
import type { ProxyHooks, ProxySettings } from '../settings.ts'

export const quietLog: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

export const plainListener: Listener = {
  ip: '127.0.0.1',
  port: 0,
  ssl: false,
  http2: false,
  proxyProtocol: false,
  reuseport: false,
  backlog: undefined,
}

export const allGatewayHeaders: ReadonlySet<GatewayHeader> = new Set<GatewayHeader>([
  'server',
  'via',
  'x-kong-proxy-latency',
  'x-kong-upstream-latency',
  'x-kong-response-latency',
  'x-kong-request-id',
])

export const testSettings: ProxySettings = {
  trustedIps: [],
  realIpHeader: 'x-real-ip',
  realIpRecursive: false,
  upstreamKeepalive: { poolSize: 512, maxRequests: 10_000, idleTimeoutMs: 60_000 },
  responseHeaders: allGatewayHeaders,
  upstreamRequestId: true,
  errorDefaultType: 'text/plain',
  clientMaxBodySize: 0,
  sslCert: '',
  sslCertKey: '',
  version: '0.1.0',
}

/** Starts the engine on one listener with a hand-made runtime. */
export function startTestProxy(
  runtime: Runtime,
  settings: Partial<ProxySettings> = {},
  hooks: Partial<ProxyHooks> = {},
  listener: Partial<Listener> = {},
): Promise<ProxyServer> {
  return startProxyServer({
    listeners: [{ ...plainListener, ...listener }],
    runtime: () => runtime,
    settings: { ...testSettings, ...settings },
    hooks: { log: quietLog, ...hooks },
  })
}
