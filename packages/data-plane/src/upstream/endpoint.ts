import type { UpstreamTls } from '../compile/runtime.ts'

/** Where a connection goes and as whom. Connections are shared between requests whose endpoints agree in every part. */
export interface Endpoint {
  readonly ip: string
  readonly port: number
  readonly tls: UpstreamTls | null
  /** SNI and the name a certificate must carry; empty without TLS. */
  readonly serverName: string
}

/** Milliseconds; from the service. */
export interface UpstreamTimeouts {
  readonly connectMs: number
  /** Between two reads, from the moment the request was sent. */
  readonly readMs: number
  /** Between two writes. */
  readonly writeMs: number
}
