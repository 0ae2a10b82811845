import type { Route } from '@holdfast/entities'
import type { SecureContext } from 'node:tls'
import type { Revision } from '@holdfast/sync'
import type { ServiceBalancer } from '../balancer/service-balancer.ts'
import { joinPath } from '../router/join-path.ts'
import { captures } from '../router/path-pattern.ts'
import type { PatternGroups } from '../router/path-pattern.ts'
import { Router } from '../router/router.ts'
import type { CertificateStore } from './certificates.ts'
import { Chains } from './chains.ts'
import { PluginIndex } from './plugin-index.ts'
import type { Chain, CompiledRoute, CompiledService, MatchInput, RouteMatch, Runtime } from './runtime.ts'

/** A service, so that its routes need not be touched when it changes. */
export interface ServiceEntry {
  compiled: CompiledService
  balancer: ServiceBalancer
}

/** A route as the router holds it. Its compiled form is made when a request first meets it after something it depends on has changed. */
export interface RouteEntry {
  readonly row: Route
  readonly service: ServiceEntry | null
  compiled: CompiledRoute | undefined
  /** Of the chains, when `compiled` was made. */
  generation: number
}

/**
 * Everything compiled, changed in place from one revision to the next. What a request takes out of it (a `RouteMatch` with its `CompiledRoute`)
 * never changes; changes happen between two requests, since matching does not wait for anything.
 */
export class Configuration {
  readonly router = new Router<RouteEntry>()
  readonly services = new Map<string, ServiceEntry>()
  readonly plugins = new PluginIndex()
  readonly #chains = new Chains(this.plugins)

  get globalChain(): Chain {
    return this.#chains.global
  }

  match(input: MatchInput): RouteMatch | undefined {
    const hit = this.router.match(input)
    if (!hit) return undefined
    const route = this.#compiled(hit.target)
    const path = joinPath(route.service?.row.path ?? null, input.path, hit.matched, route.row.strip_path ?? true)
    return new Match(route, path, hit.matched, hit.groups)
  }

  #compiled(entry: RouteEntry): CompiledRoute {
    const { compiled } = entry
    const service = entry.service?.compiled ?? null
    if (compiled && entry.generation === this.#chains.generation && compiled.service === service) return compiled
    const { row } = entry
    entry.generation = this.#chains.generation
    return (entry.compiled = { row, service, chain: this.#chains.for(row.id, service?.row.id) })
  }
}

class Match implements RouteMatch {
  readonly route: CompiledRoute
  readonly upstreamPath: string
  readonly matchedPrefix: string
  readonly #groups: PatternGroups | undefined

  constructor(route: CompiledRoute, upstreamPath: string, matchedPrefix: string, groups: PatternGroups | undefined) {
    this.route = route
    this.upstreamPath = upstreamPath
    this.matchedPrefix = matchedPrefix
    this.#groups = groups
  }

  /** Few requests ask, so they are made only then. */
  get captures(): Readonly<Record<string, string>> | undefined {
    return this.#groups && captures(this.#groups)
  }
}

/** A revision of a configuration, as the request path sees it. */
export class CompiledRuntime implements Runtime {
  readonly revision: Revision
  readonly configuration: Configuration
  readonly certificates: CertificateStore

  constructor(revision: Revision, configuration: Configuration, certificates: CertificateStore) {
    this.revision = revision
    this.configuration = configuration
    this.certificates = certificates
  }

  match(input: MatchInput): RouteMatch | undefined {
    return this.configuration.match(input)
  }

  get globalChain(): Chain {
    return this.configuration.globalChain
  }

  certificate(serverName: string): SecureContext | undefined {
    return this.certificates.find(serverName)
  }
}
