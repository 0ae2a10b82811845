import type { PluginInstance } from './plugin-instance.ts'
import type { PluginRow } from '@holdfast/entities'
import type { Phases } from '@holdfast/plugin-kit'

type PhaseName = keyof Phases

/** The instances of one plugin that are configured for the same route and service (or for none): one for everybody and some for single consumers. */
export interface ScopeInstances {
  everybody: PluginInstance | undefined
  readonly byConsumer: Map<string, PluginInstance>
  /** How many of `byConsumer` have a phase. */
  readonly consumerPhases: Map<PhaseName, number>
}

export interface NamedInstances {
  readonly name: string
  readonly priority: number
  /** By `scopeKey`. */
  readonly scopes: Map<string, ScopeInstances>
}

/** Key of a pair of route and service, either of which may be absent. */
export function scopeKey(routeId: string | undefined, serviceId: string | undefined): string {
  return `${routeId ?? ''}:${serviceId ?? ''}`
}

/** All plugin instances, found by name and scope. */
export class PluginIndex {
  /** Grows whenever a chain made before may no longer be right. */
  generation = 0
  readonly #byId = new Map<string, PluginInstance>()
  readonly #byName = new Map<string, NamedInstances>()
  #ordered: readonly NamedInstances[] | undefined
  /** How many rows name a route or a service, so that others share a chain. */
  readonly #routes = new Map<string, number>()
  readonly #services = new Map<string, number>()

  get(id: string): PluginInstance | undefined {
    return this.#byId.get(id)
  }

  ids(): Iterable<string> {
    return this.#byId.keys()
  }

  hasRoute(id: string): boolean {
    return this.#routes.has(id)
  }

  hasService(id: string): boolean {
    return this.#services.has(id)
  }

  /** In order of execution: greater priority first, then the name that comes later in the alphabet, as Kong breaks ties. */
  inOrder(): readonly NamedInstances[] {
    return (this.#ordered ??= [...this.#byName.values()].toSorted(
      (a, b) => b.priority - a.priority || (a.name < b.name ? 1 : -1),
    ))
  }

  put(instance: PluginInstance): void {
    const { row, plugin } = instance
    this.delete(row.id)
    this.#byId.set(row.id, instance)
    let named = this.#byName.get(row.name)
    if (!named) {
      this.#byName.set(row.name, (named = { name: row.name, priority: plugin.priority, scopes: new Map() }))
      this.#ordered = undefined
    }
    const key = scopeKeyOf(row)
    let scope = named.scopes.get(key)
    if (!scope) {
      named.scopes.set(key, (scope = { everybody: undefined, byConsumer: new Map(), consumerPhases: new Map() }))
      this.generation++
    }
    if (row.consumer) {
      scope.byConsumer.set(row.consumer.id, instance)
      this.#countPhases(scope, instance, 1)
    } else {
      scope.everybody = instance
      this.generation++
    }
    count(this.#routes, row.route?.id, 1)
    count(this.#services, row.service?.id, 1)
  }

  delete(id: string): void {
    const instance = this.#byId.get(id)
    if (!instance) return
    const { row } = instance
    this.#byId.delete(id)
    const named = this.#byName.get(row.name)!
    const key = scopeKeyOf(row)
    const scope = named.scopes.get(key)!
    if (row.consumer) {
      // Another row may have taken the same place meanwhile.
      if (scope.byConsumer.get(row.consumer.id) === instance) scope.byConsumer.delete(row.consumer.id)
      this.#countPhases(scope, instance, -1)
    } else {
      if (scope.everybody === instance) scope.everybody = undefined
      this.generation++
    }
    if (!scope.everybody && scope.byConsumer.size === 0) {
      named.scopes.delete(key)
      this.generation++
    }
    if (named.scopes.size === 0) {
      this.#byName.delete(row.name)
      this.#ordered = undefined
    }
    count(this.#routes, row.route?.id, -1)
    count(this.#services, row.service?.id, -1)
  }

  /** One more or less consumer changes chains only where the first instance with some phase comes or the last one goes. */
  #countPhases(scope: ScopeInstances, { phases }: PluginInstance, by: 1 | -1): void {
    for (const phase of Object.keys(phases) as PhaseName[]) {
      if (phases[phase]) count(scope.consumerPhases, phase, by)
      const now = scope.consumerPhases.get(phase)
      if (now === undefined || (now === 1 && by === 1)) this.generation++
    }
  }
}

function scopeKeyOf(row: PluginRow): string {
  return scopeKey(row.route?.id, row.service?.id)
}

function count<K>(counts: Map<K, number>, key: K | undefined, by: number): void {
  if (key === undefined) return
  const now = (counts.get(key) ?? 0) + by
  if (now === 0) counts.delete(key)
  else counts.set(key, now)
}
