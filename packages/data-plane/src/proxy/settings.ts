import type { Exchange, Logger } from '@holdfast/plugin-kit'
import type { DataPlaneConfig } from '../config.ts'

/** What the engine is told from outside. */
export interface ProxySettings extends Pick<
  DataPlaneConfig,
  | 'trustedIps'
  | 'realIpHeader'
  | 'realIpRecursive'
  | 'upstreamKeepalive'
  | 'responseHeaders'
  | 'upstreamRequestId'
  | 'errorDefaultType'
  | 'clientMaxBodySize'
  | 'sslCert'
  | 'sslCertKey'
> {
  /** Shown in `Server` and `Via` as `holdfast/VERSION`. */
  readonly version: string
  readonly limits?: Partial<ConnectionLimits>
}

/** Limits of one client connection. Times in milliseconds, nginx's defaults. */
export interface ConnectionLimits {
  /** To receive a whole request head, from its first byte (or from the connection's begin). */
  readonly headMs: number
  /** Between two reads of a request body. */
  readonly bodyMs: number
  /** Between two requests. */
  readonly idleMs: number
  /** Between two writes that the client takes. */
  readonly sendMs: number
  /** Bytes of a request body, or of requests sent ahead, that are held before reading is paused. */
  readonly heldBytes: number
  /** Bytes of an unread request body that are read and dropped so that an early answer arrives. */
  readonly discardBytes: number
  /** Bytes of an answer that is collected because a plugin needs all of it. */
  readonly bufferedAnswerBytes: number
}

export const defaultLimits: ConnectionLimits = {
  headMs: 60_000,
  bodyMs: 60_000,
  idleMs: 75_000,
  sendMs: 60_000,
  heldBytes: 64 * 1024,
  discardBytes: 256 * 1024,
  bufferedAnswerBytes: 16 * 1024 * 1024,
}

export interface ProxyHooks {
  readonly log: Logger
  /** Called once per exchange, after the plugins' log phase. */
  finished?(exchange: Exchange): undefined
  /** A request that could not be read was refused with this status; there is no exchange for it. */
  refused?(status: number): void
}
