import type { SecureContext } from 'node:tls'
import type { Revision } from '@holdfast/sync'
import type { Phases } from '@holdfast/plugin-kit'
import type { Route, Service } from '@holdfast/entities'
import type { Balancer } from '../balancer/balancer.ts'

/**
 * The compiled form of one revision. Immutable for the request path: a request keeps the runtime it began with, and a new
 * revision is one assignment. Parts that did not change are shared with the previous runtime.
 */
export interface Runtime {
  readonly revision: Revision
  match(request: MatchInput): RouteMatch | undefined
  /** Steps of global plugins, for requests that match no route (their `rewrite`, `headerFilter`, `bodyFilter` and `log` still run). */
  readonly globalChain: Chain
  /** Certificate for a TLS server name; `undefined` means the listener's default. */
  certificate(serverName: string): SecureContext | undefined
}

/** What the router may look at. Strings are as on the wire except where said. */
export interface MatchInput {
  readonly method: string
  /** Host header without port, lower case. */
  readonly host: string
  /** Port from the Host header, or the listener's. */
  readonly port: number
  /** Normalised path (see `router/normalize-path.ts`). */
  readonly path: string
  readonly scheme: 'http' | 'https'
  /** TLS server name, empty without TLS. */
  readonly sni: string
  headerValues(lowerCaseName: string): readonly string[]
}

export interface RouteMatch {
  readonly route: CompiledRoute
  /** Path for the service, joined by Kong's rules (service path, strip_path, path_handling); without query. */
  readonly upstreamPath: string
  /** Part of the path that the route matched; empty if the route has no paths. Sent as `X-Forwarded-Prefix` with strip_path. */
  readonly matchedPrefix: string
  /** Named and numbered captures of a regex path. */
  readonly captures: Readonly<Record<string, string>> | undefined
}

export interface CompiledRoute {
  readonly row: Route
  /** Null for a route without service, which only plugins can answer. */
  readonly service: CompiledService | null
  readonly chain: Chain
}

export interface CompiledService {
  readonly row: Service
  readonly balancer: Balancer
  readonly tls: UpstreamTls | null
  readonly timeouts: { readonly connectMs: number; readonly readMs: number; readonly writeMs: number }
  readonly retries: number
}

/** How to speak TLS to an https service. */
export interface UpstreamTls {
  readonly verify: boolean
  readonly verifyDepth: number | undefined
  /** Extra CA certificates, PEM. */
  readonly ca: readonly string[] | undefined
  readonly client: { readonly cert: string; readonly key: string } | undefined
}

/**
 * The plugins of a route, one list per phase, in order of priority. A step of a plugin that is also configured for single
 * consumers looks up which instance applies when it runs, after authentication.
 */
export interface Chain {
  readonly rewrite: readonly Step<'rewrite'>[]
  readonly access: readonly Step<'access'>[]
  readonly response: readonly Step<'response'>[]
  readonly headerFilter: readonly Step<'headerFilter'>[]
  readonly bodyFilter: readonly Step<'bodyFilter'>[]
  readonly log: readonly Step<'log'>[]
}

/** A phase function bound to its instance. */
export type Step<P extends keyof Phases> = NonNullable<Phases[P]>
