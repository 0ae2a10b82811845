import type { Exchange } from '@holdfast/plugin-kit'

/** One address of a service. The same object is yielded for the same address, so that pools may be keyed by it. */
export interface Peer {
  /** Name as configured: what a `Host` header and SNI carry. */
  readonly name: string
  readonly ip: string
  readonly port: number
  /** `Host` header for this peer: the upstream's `host_header`, or the name (with a port that is not the scheme's default). */
  readonly hostHeader: string
}

export type Outcome =
  { readonly kind: 'status'; readonly status: number } | { readonly kind: 'tcp_failure' } | { readonly kind: 'timeout' }

/** Yields the peers of a service in order of preference and learns how they did. */
export interface Balancer {
  /**
   * The next peer for this request, preferably one not in `tried`: when all were tried it goes round again, since Kong makes
   * `retries` + 1 attempts even on a single target. Without any peer, the reason.
   * A promise only while a name has never been resolved yet.
   */
  pick(exchange: Exchange, tried: readonly Peer[]): Pick | Promise<Pick>
  report(peer: Peer, outcome: Outcome): void
  /** Called when the balancer's configuration is replaced or gone. */
  dispose(): void
}

export type Pick =
  { readonly peer: Peer } | { readonly peer: undefined; readonly reason: 'unresolved' | 'no_healthy_peer' }
