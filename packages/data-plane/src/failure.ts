/** Why an exchange could not go on. Made where the fault is seen, turned into a reply only in `proxy/replies.ts`. */
export class Failure extends Error {
  readonly source: 'client' | 'upstream' | 'gateway'
  readonly kind: FailureKind
  /** Whether another upstream may be tried: `never`, `safe` (nothing was sent), or only because a kept-alive connection had died. */
  readonly retry: 'never' | 'safe' | 'reused_connection_only'

  constructor(source: Failure['source'], kind: FailureKind, retry: Failure['retry'], message: string, cause?: unknown) {
    super(message, { cause })
    this.source = source
    this.kind = kind
    this.retry = retry
  }
}

export type FailureKind =
  | 'bad_request'
  | 'method_not_allowed'
  | 'uri_too_long'
  | 'head_too_large'
  | 'body_too_large'
  | 'unsupported_encoding'
  | 'unsupported_version'
  | 'client_timeout'
  | 'client_gone'
  | 'no_route'
  | 'unresolved'
  | 'no_healthy_peer'
  | 'connect_failed'
  | 'connect_timeout'
  | 'tls_failed'
  | 'read_timeout'
  | 'write_timeout'
  | 'reset'
  | 'bad_response'
  | 'plugin_error'
