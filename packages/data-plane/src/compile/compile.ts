import { caCertificates, certificates, plugins, routes, services, snis, targets, upstreams } from '@holdfast/entities'
import { Resolver } from '../balancer/resolver.ts'
import { Upstreams } from '../balancer/upstreams.ts'
import type { ReplicaReader, Touched } from '../replica/reader.ts'
import { CertificateStore } from './certificates.ts'
import { CompileFailure } from './compile-error.ts'
import type { CompileError } from './compile-error.ts'
import { CompiledRuntime, Configuration } from './configuration.ts'
import { createInertHost } from './inert-host.ts'
import { inSlices } from './in-slices.ts'
import { Plan } from './plan.ts'
import type { CreateHost, PluginsByName } from './plugin-instance.ts'
import type { Runtime } from './runtime.ts'

export interface CompileInput {
  readonly reader: ReplicaReader
  /** The runtime that is served now; `undefined` at the start. */
  readonly previous: Runtime | undefined
  readonly touched: Touched
  readonly plugins: PluginsByName
  readonly createHost: CreateHost
  /** One for the life of a thread. */
  readonly upstreams: Upstreams
}

/** Rows that may be changed between two requests. More of them would hold up requests, so a new configuration is built beside the old one. */
const mostInPlace = 500

/**
 * Brings the previous runtime to the reader's rows and gives the new one, to be put in its place by one assignment. Only what the touched
 * rows reach is compiled; instances of plugins and turns of balancers live on where their rows are the same. Works in slices, so calls
 * must follow one another. Rejects with a `CompileFailure`; the previous runtime then still serves, unchanged.
 */
export async function compile({
  reader,
  previous,
  touched,
  plugins,
  createHost,
  upstreams,
}: CompileInput): Promise<Runtime> {
  if (previous !== undefined && !(previous instanceof CompiledRuntime))
    throw new TypeError('not a runtime of this compiler')
  const { revision } = reader
  const standing = previous?.configuration ?? new Configuration()
  const everything = previous === undefined || touched === 'all' || touched.length > mostInPlace
  const plan = new Plan({ reader, standing, plugins, createHost, upstreams, tryCertificates: false })
  await inSlices(additions(plan, reader, everything ? 'all' : touched))
  if (plan.errors.length > 0) {
    plan.abandon()
    throw new CompileFailure(plan.errors)
  }
  let configuration = standing
  if (everything) {
    configuration = new Configuration()
    await inSlices(plan.carryOut(configuration))
  }
  // From here on nothing waits, so that no request sees a part of the change.
  const retired = plan.retired(everything)
  if (!everything) for (const _step of plan.carryOut(configuration));
  plan.carryOutUpstreams(everything)
  const store = new CertificateStore(reader, previous?.certificates, plan.certificateIds)
  for (const part of retired) part.dispose()
  return new CompiledRuntime(revision, configuration, store)
}

/**
 * What would keep `compile` from bringing these rows into effect, found by the same means but without starting anything. Certificates are
 * tried with their keys too.
 */
export async function check(
  reader: ReplicaReader,
  touched: Touched,
  plugins: PluginsByName,
  createHost: CreateHost = createInertHost,
): Promise<readonly CompileError[]> {
  const plan = new Plan({
    reader,
    standing: new Configuration(),
    plugins,
    createHost,
    upstreams: unresolvedUpstreams(),
    tryCertificates: true,
  })
  await inSlices(additions(plan, reader, touched))
  plan.abandon()
  return plan.errors
}

/** Ends everything that a runtime has started. */
export function dispose(runtime: Runtime): void {
  if (!(runtime instanceof CompiledRuntime)) return
  const { plugins, services } = runtime.configuration
  for (const id of plugins.ids()) plugins.get(id)?.dispose()
  for (const { balancer } of services.values()) balancer.dispose()
}

const compiledEntities = [upstreams, targets, certificates, caCertificates, snis, services, plugins, routes] as const

function* additions(plan: Plan, reader: ReplicaReader, touched: Touched): Generator<void, void> {
  if (touched !== 'all') {
    for (const { entity, id } of touched) yield plan.add(entity, id)
    return
  }
  for (const entity of compiledEntities) {
    for (const { id } of reader.all(entity)) yield plan.add(entity.name, id)
  }
}

/** Checking sends no request, so no name is ever looked up. */
function unresolvedUpstreams(): Upstreams {
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  const resolver = new Resolver({ lookup: async () => ({ addresses: [], ttlMs: 0 }) })
  return new Upstreams({ resolver, log: silent, startOffset: 0 })
}
