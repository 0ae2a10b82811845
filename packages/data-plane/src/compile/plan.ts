import { isDeepStrictEqual } from 'node:util'
import {
  caCertificates,
  certificates,
  plugins as pluginRows,
  routes,
  services,
  snis,
  targets,
  upstreams as upstreamRows,
} from '@holdfast/entities'
import type { Entity, Route, Target, UpstreamRow } from '@holdfast/entities'
import { ServiceBalancer } from '../balancer/service-balancer.ts'
import type { Upstreams } from '../balancer/upstreams.ts'
import type { ReplicaReader } from '../replica/reader.ts'
import { prepareRoute } from '../router/router.ts'
import type { PreparedRoute } from '../router/router.ts'
import { secureContextOf } from './certificates.ts'
import type { CompileError } from './compile-error.ts'
import { checkCaCertificate, compileService, speaksTls } from './compile-service.ts'
import type { Configuration } from './configuration.ts'
import type { CompiledService } from './runtime.ts'
import { createInstance, runsOnHttp } from './plugin-instance.ts'
import type { CreateHost, PluginInstance, PluginsByName } from './plugin-instance.ts'

export interface PlanInput {
  readonly reader: ReplicaReader
  /** What stands now; its parts are used again where their rows are the same. Planning changes nothing in it. */
  readonly standing: Configuration
  readonly plugins: PluginsByName
  readonly createHost: CreateHost
  readonly upstreams: Upstreams
  /** Whether to try certificates with their keys, which takes a millisecond each. */
  readonly tryCertificates: boolean
}

const httpProtocols = new Set(['http', 'https', 'grpc', 'grpcs'])

/**
 * What has to be done to bring a configuration to the rows of a reader. Everything that may fail or take long happens while rows are
 * added; carrying the plan out is a series of small steps that cannot fail.
 */
export class Plan {
  readonly errors: CompileError[] = []
  /** Certificates whose rows were added. */
  readonly certificateIds = new Set<string>()
  readonly #input: PlanInput
  /** By id; null for what is to go. */
  readonly #services = new Map<
    string,
    { readonly compiled: CompiledService; readonly balancer: ServiceBalancer } | null
  >()
  readonly #routes = new Map<string, { readonly row: Route; readonly prepared: PreparedRoute } | null>()
  readonly #plugins = new Map<string, PluginInstance | null>()
  readonly #upstreams = new Map<string, { readonly row: UpstreamRow; readonly targets: readonly Target[] } | null>()
  readonly #created: PluginInstance[] = []

  constructor(input: PlanInput) {
    this.#input = input
  }

  /** Takes the present state of a row into the plan. Rows of entities that are not compiled are ignored. */
  add(entity: string, id: string): void {
    switch (entity) {
      case routes.name:
        return this.#attempt(routes, id, () => this.#addRoute(id))
      case services.name:
        return this.#attempt(services, id, () => this.#addService(id))
      case pluginRows.name:
        return this.#attempt(pluginRows, id, () => this.#addPlugin(id))
      case upstreamRows.name:
        return this.#addUpstream(id)
      case targets.name:
        return this.#attempt(targets, id, () => this.#addTarget(id))
      case certificates.name:
        return this.#attempt(certificates, id, () => this.#addCertificate(id))
      case snis.name:
        return this.#attempt(snis, id, () => this.#checkSni(id))
      case caCertificates.name:
        return this.#attempt(caCertificates, id, () => this.#addCaCertificate(id))
    }
  }

  /** Changes routes, services and plugins of a configuration, a small step at a time. */
  *carryOut(configuration: Configuration): Generator<void, void> {
    for (const [id, instance] of this.#plugins) {
      if (instance) configuration.plugins.put(instance)
      else configuration.plugins.delete(id)
      yield
    }
    for (const [id, made] of this.#services) {
      const entry = configuration.services.get(id)
      if (!made) configuration.services.delete(id)
      // The routes of the service hold its entry, so the entry stays and its content changes.
      else if (entry) Object.assign(entry, made)
      else configuration.services.set(id, { ...made })
      yield
    }
    for (const [id, made] of this.#routes) {
      if (!made) configuration.router.remove(id)
      else {
        const { row, prepared } = made
        const service = row.service ? configuration.services.get(row.service.id)! : null
        configuration.router.put(prepared, { row, service, compiled: undefined, generation: -1 })
      }
      yield
    }
  }

  /** Changes upstreams. They are shared by all configurations, so this has to happen together with the change from one to the other. */
  carryOutUpstreams(everything: boolean): void {
    const { upstreams } = this.#input
    for (const [id, made] of this.#upstreams) {
      if (made) upstreams.put(made.row, made.targets)
      else upstreams.delete(id)
    }
    if (everything) upstreams.keepOnly(this.#upstreams)
  }

  /** Standing parts whose place is taken by other ones, or whose row is gone; of everything that stands, or of what was added only. */
  retired(everything: boolean): readonly { dispose(): void }[] {
    const { standing } = this.#input
    const pluginIds = everything ? [...standing.plugins.ids()] : [...this.#plugins.keys()]
    const serviceIds = everything ? [...standing.services.keys()] : [...this.#services.keys()]
    return [
      ...pluginIds.flatMap((id) => replaced(standing.plugins.get(id), this.#plugins.get(id))),
      ...serviceIds.flatMap((id) => replaced(standing.services.get(id)?.balancer, this.#services.get(id)?.balancer)),
    ]
  }

  /** Undoes what planning has started, instead of carrying the plan out. */
  abandon(): void {
    for (const instance of this.#created) instance.dispose()
  }

  #attempt(entity: Entity, id: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      const row = this.#input.reader.get(entity, id) as Readonly<Record<string, unknown>> | undefined
      const name = row?.['instance_name'] ?? row?.['name']
      this.errors.push({
        entity: entity.name,
        id,
        name: typeof name === 'string' ? name : null,
        message: error instanceof Error ? error.message : String(error),
      })
    }
  }

  #addRoute(id: string): void {
    if (this.#routes.has(id)) return
    const row = this.#input.reader.get(routes, id)
    this.#routes.set(id, row && this.#isServed(row) ? { row, prepared: prepareRoute(row) } : null)
  }

  #isServed(row: Route): boolean {
    if (!(row.protocols ?? ['http']).some((protocol) => httpProtocols.has(protocol))) return false
    if (!row.service) return true
    const service = this.#input.reader.get(services, row.service.id)
    if (!service) throw new Error(`there is no service ${row.service.id}`)
    return service.enabled !== false
  }

  #addService(id: string): void {
    if (this.#services.has(id)) return
    const { reader, standing, upstreams } = this.#input
    const row = reader.get(services, id)
    const enabled = row !== undefined && row.enabled !== false
    const before = standing.services.get(id)
    this.#services.set(id, null)
    if (enabled) {
      const address = {
        scheme: speaksTls(row) ? ('https' as const) : ('http' as const),
        host: row.host,
        port: row.port,
      }
      const balancer =
        before && isDeepStrictEqual(before.balancer.address, address)
          ? before.balancer
          : new ServiceBalancer(address, upstreams)
      this.#services.set(id, { compiled: compileService(row, reader, balancer), balancer })
    }
    // Routes of a service that is not served are not in the router.
    const affected = !row || enabled !== (before !== undefined) ? reader.childrenOf(routes, 'service', id) : []
    if (!row && affected.length > 0) throw new Error(`route ${affected[0]!.id} still refers to it`)
    for (const route of affected) this.add(routes.name, route.id)
  }

  #addPlugin(id: string): void {
    if (this.#plugins.has(id)) return
    const { reader, standing, plugins, createHost } = this.#input
    const row = reader.get(pluginRows, id)
    this.#plugins.set(id, null)
    if (!row || !runsOnHttp(row)) return
    const before = standing.plugins.get(id)
    if (before && isDeepStrictEqual(before.row, row)) {
      this.#plugins.set(id, before)
      return
    }
    const instance = createInstance(row, plugins, createHost)
    this.#created.push(instance)
    this.#plugins.set(id, instance)
  }

  #addUpstream(id: string): void {
    if (this.#upstreams.has(id)) return
    const { reader } = this.#input
    const row = reader.get(upstreamRows, id)
    this.#upstreams.set(id, row ? { row, targets: reader.childrenOf(targets, 'upstream', id) } : null)
  }

  #addTarget(id: string): void {
    const { reader, upstreams } = this.#input
    const before = upstreams.ownerOf(id)
    if (before !== undefined) this.#addUpstream(before)
    const upstream = reader.get(targets, id)?.upstream
    if (!upstream) return
    if (!reader.get(upstreamRows, upstream.id)) throw new Error(`there is no upstream ${upstream.id}`)
    this.#addUpstream(upstream.id)
  }

  #addCertificate(id: string): void {
    const { reader, tryCertificates } = this.#input
    this.certificateIds.add(id)
    const row = reader.get(certificates, id)
    if (row && tryCertificates) secureContextOf(row)
    for (const service of reader.childrenOf(services, 'client_certificate', id)) this.add(services.name, service.id)
  }

  #checkSni(id: string): void {
    const { reader } = this.#input
    const row = reader.get(snis, id)
    if (row && !reader.get(certificates, row.certificate.id))
      throw new Error(`there is no certificate ${row.certificate.id}`)
  }

  #addCaCertificate(id: string): void {
    const { reader, standing } = this.#input
    const row = reader.get(caCertificates, id)
    if (row) checkCaCertificate(row)
    for (const [serviceId, { compiled }] of standing.services) {
      if (compiled.row.ca_certificates?.includes(id)) this.add(services.name, serviceId)
    }
  }
}

function replaced<P extends { dispose(): void }>(before: P | undefined, after: P | null | undefined): P[] {
  return before && before !== after ? [before] : []
}
