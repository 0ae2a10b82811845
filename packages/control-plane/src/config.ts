/** Everything a control plane is told from outside. Made by the command from `kong.conf` and `KONG_*`; already validated. */
export interface ControlPlaneConfig {
  readonly nodeId: string
  readonly hostname: string
  readonly role: 'traditional' | 'control_plane'
  readonly prefix: string
  readonly database: DatabaseConfig
  readonly adminListen: readonly AdminListener[]
  /** Where data planes connect; empty for `role = traditional`. */
  readonly clusterListen: readonly { readonly ip: string; readonly port: number }[]
  /** For `role = traditional`: the unix socket on which the hub serves the data plane beside it. */
  readonly localSocketPath: string | undefined
  readonly cluster:
    | {
        readonly mtls: 'shared' | 'pki' | 'pki_check_cn'
        /** Paths, read again on SIGHUP and when the files change. */
        readonly certPath: string
        readonly keyPath: string
        readonly caPath: string | undefined
        /** `cluster_allowed_common_names`, for `pki_check_cn`. */
        readonly allowedCommonNames: readonly string[]
      }
    | undefined
  /** Seconds after which a data plane that was not seen any more is forgotten. */
  readonly dataPlanePurgeDelay: number
  /** Certificate of TLS listeners of the Admin API and its key, PEM. */
  readonly sslCert: string
  readonly sslCertKey: string
  /** What `GET /` echoes under `configuration`; secrets already replaced. */
  readonly configuration: Readonly<Record<string, unknown>>
  readonly logLevel: string
  /** Largest Admin API request body in bytes. */
  readonly adminMaxBodySize: number
}

export interface DatabaseConfig {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly schema: string | undefined
  readonly user: string
  readonly password: string | undefined
  readonly ssl: boolean
  readonly sslVerify: boolean
  /** Milliseconds for connecting and for a statement. */
  readonly timeoutMs: number
  readonly poolSize: number
}

export interface AdminListener {
  readonly ip: string
  readonly port: number
  readonly ssl: boolean
}
