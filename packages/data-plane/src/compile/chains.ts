import type { Exchange, Phases, Slot } from '@holdfast/plugin-kit'
import { slot } from '@holdfast/plugin-kit'
import { scopeKey } from './plugin-index.ts'
import type { NamedInstances, PluginIndex, ScopeInstances } from './plugin-index.ts'
import type { PluginInstance } from './plugin-instance.ts'
import type { Chain } from './runtime.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] }

/**
 * Chains of steps by route and service, made when first asked for and kept until the plugins change. Routes that no plugin names share
 * the chain of their service, services that no plugin names share the global one.
 */
export class Chains {
  readonly #plugins: PluginIndex
  readonly #made = new Map<string, Chain>()
  #generation = -1
  #globalOnly: Chain | undefined

  constructor(plugins: PluginIndex) {
    this.#plugins = plugins
  }

  /** Grows when chains given before are out of date. */
  get generation(): number {
    return this.#plugins.generation
  }

  /** Only plugins that are configured for everything. */
  get global(): Chain {
    this.#forgetIfStale()
    return (this.#globalOnly ??= chainFor(this.#plugins, undefined, undefined))
  }

  for(routeId: string, serviceId: string | undefined): Chain {
    this.#forgetIfStale()
    const service = serviceId !== undefined && this.#plugins.hasService(serviceId) ? serviceId : undefined
    // A row may name both, so the service still matters to a route that has plugins of its own.
    const route = this.#plugins.hasRoute(routeId) ? routeId : undefined
    if (route === undefined && service === undefined) return this.global
    const key = scopeKey(route, service)
    let chain = this.#made.get(key)
    if (!chain) this.#made.set(key, (chain = chainFor(this.#plugins, route, service)))
    return chain
  }

  #forgetIfStale(): void {
    if (this.#generation === this.#plugins.generation) return
    this.#generation = this.#plugins.generation
    this.#made.clear()
    this.#globalOnly = undefined
  }
}

function chainFor(plugins: PluginIndex, routeId: string | undefined, serviceId: string | undefined): Chain {
  const chain: Mutable<Chain> = { rewrite: [], access: [], response: [], headerFilter: [], bodyFilter: [], log: [] }
  for (const named of plugins.inOrder()) {
    const global = named.scopes.get(scopeKey(undefined, undefined))
    // Before routing only plugins for everything run, even where a narrower one takes their place later.
    if (global?.everybody) addStep(chain, 'rewrite', global.everybody)
    const layers = layersOf(named, routeId, serviceId)
    if (layers.some((layer) => layer && layer.byConsumer.size > 0)) addChoosingSteps(chain, named.name, layers)
    else {
      const instance = choose(layers, undefined)
      if (instance) for (const phase of phasesAfterRouting) addStep(chain, phase, instance)
    }
  }
  return chain
}

const phasesAfterRouting = [
  'access',
  'response',
  'headerFilter',
  'bodyFilter',
  'log',
] as const satisfies (keyof Phases)[]

function addStep<P extends keyof Chain>(chain: Mutable<Chain>, phase: P, { phases }: PluginInstance): void {
  const step = phases[phase]
  if (step) (chain[phase] as unknown[]).push(step.bind(phases))
}

/** Scopes in which a plugin may be configured for a request: route and service, route, service, everything. */
type Layers = readonly [
  both: ScopeInstances | undefined,
  route: ScopeInstances | undefined,
  service: ScopeInstances | undefined,
  global: ScopeInstances | undefined,
]

function layersOf({ scopes }: NamedInstances, routeId: string | undefined, serviceId: string | undefined): Layers {
  return [
    routeId !== undefined && serviceId !== undefined ? scopes.get(scopeKey(routeId, serviceId)) : undefined,
    routeId !== undefined ? scopes.get(scopeKey(routeId, undefined)) : undefined,
    serviceId !== undefined ? scopes.get(scopeKey(undefined, serviceId)) : undefined,
    scopes.get(scopeKey(undefined, undefined)),
  ]
}

/** Kong's precedence. A route with a service comes before a consumer alone. */
function choose([both, route, service, global]: Layers, consumerId: string | undefined): PluginInstance | undefined {
  const forConsumer = (layer: ScopeInstances | undefined) =>
    consumerId === undefined ? undefined : layer?.byConsumer.get(consumerId)
  return (
    forConsumer(both) ??
    forConsumer(route) ??
    forConsumer(service) ??
    both?.everybody ??
    forConsumer(global) ??
    route?.everybody ??
    service?.everybody ??
    global?.everybody
  )
}

/**
 * Steps of a plugin that has instances for single consumers. Which one applies is decided when its turn comes in `access`, after the plugins
 * before it may have authenticated the client, and holds for the rest of the request.
 */
function addChoosingSteps(chain: Mutable<Chain>, name: string, layers: Layers): void {
  const chosen: Slot<PluginInstance | null> = slot(`chosen instance of ${name}`)
  const chooseNow = (exchange: Exchange): Phases | undefined => {
    const instance = choose(layers, exchange.consumer?.id)
    exchange.write(chosen, instance ?? null)
    return instance?.phases
  }
  const recall = (exchange: Exchange): Phases | undefined => {
    const instance = exchange.read(chosen)
    // Nothing was chosen where a plugin before this one answered the request.
    return instance === undefined ? chooseNow(exchange) : instance?.phases
  }
  const has = (phase: keyof Phases) =>
    layers.some((layer) => layer?.everybody?.phases[phase] || layer?.consumerPhases.has(phase))

  chain.access.push((exchange) => chooseNow(exchange)?.access?.(exchange))
  if (has('response')) chain.response.push((exchange, body) => recall(exchange)?.response?.(exchange, body))
  if (has('headerFilter')) chain.headerFilter.push((exchange) => recall(exchange)?.headerFilter?.(exchange))
  if (has('bodyFilter')) {
    chain.bodyFilter.push((exchange, chunk, last) => {
      const phases = recall(exchange)
      return phases?.bodyFilter ? phases.bodyFilter(exchange, chunk, last) : chunk
    })
  }
  if (has('log')) chain.log.push((exchange) => recall(exchange)?.log?.(exchange))
}
