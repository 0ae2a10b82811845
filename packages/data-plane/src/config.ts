/** Everything a data plane is told from outside. Made by the command from `kong.conf` and `KONG_*`; already validated. */
export interface DataPlaneConfig {
  readonly nodeId: string
  readonly hostname: string
  /** Folder for the replica and other state; made 0700. */
  readonly prefix: string
  readonly proxyListen: readonly Listener[]
  readonly statusListen: readonly Listener[]
  /** Number of proxy threads. */
  readonly threads: number
  /** Where configuration comes from. */
  readonly source: ConfigSource
  /** Default certificate of TLS listeners, PEM. */
  readonly sslCert: string
  readonly sslCertKey: string
  readonly trustedIps: readonly string[]
  /** `X-Real-IP`, `X-Forwarded-For`, `proxy_protocol` or another header's name, lower case. */
  readonly realIpHeader: string
  readonly realIpRecursive: boolean
  readonly upstreamKeepalive: {
    readonly poolSize: number
    readonly maxRequests: number
    readonly idleTimeoutMs: number
  }
  /** Which of the gateway's own response headers are sent (`headers` in kong.conf), lower case, tokens expanded. */
  readonly responseHeaders: ReadonlySet<GatewayHeader>
  /** Whether `X-Kong-Request-Id` goes to the service (`headers_upstream`). */
  readonly upstreamRequestId: boolean
  /** MIME type of error bodies when `Accept` does not say. */
  readonly errorDefaultType: string
  /** Bytes; 0 = no limit (`nginx_http_client_max_body_size`). */
  readonly clientMaxBodySize: number
  readonly logLevel: string
  /** Longest time a drain may take on SIGTERM before connections are cut, milliseconds. */
  readonly drainTimeoutMs: number
}

export type GatewayHeader =
  | 'server'
  | 'via'
  | 'x-kong-proxy-latency'
  | 'x-kong-upstream-latency'
  | 'x-kong-response-latency'
  | 'x-kong-upstream-status'
  | 'x-kong-request-id'

export type ConfigSource =
  /** A control plane over mTLS WebSockets; several addresses are tried in turn. */
  | {
      readonly kind: 'control_plane'
      readonly addresses: readonly { readonly host: string; readonly port: number }[]
      readonly mtls: 'shared' | 'pki' | 'pki_check_cn'
      /** Paths, read again on SIGHUP and when the files change. */
      readonly certPath: string
      readonly keyPath: string
      readonly caPath: string | undefined
      /** Name that the control plane must show; empty: the host of the address that is being tried (`pki` without `cluster_server_name`). */
      readonly serverName: string
      readonly labels: Readonly<Record<string, string>>
    }
  /** The control plane in the same process tree, over a unix socket that only this user may open (`role = traditional`). */
  | { readonly kind: 'local'; readonly socketPath: string }
  /** `database = off`: a declarative file, if any. */
  | { readonly kind: 'file'; readonly path: string | undefined }

export interface Listener {
  readonly ip: string
  readonly port: number
  readonly ssl: boolean
  readonly http2: boolean
  readonly proxyProtocol: boolean
  readonly reuseport: boolean
  readonly backlog: number | undefined
}
