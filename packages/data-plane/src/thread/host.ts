import type { Entity } from '@holdfast/entities'
import { slot, type Counters, type Host, type Logger, type Metrics, type Rows } from '@holdfast/plugin-kit'
import type { ReplicaReader } from '../replica/reader.ts'

export interface HostSources {
  readonly node: Host['node']
  readonly counters: Counters
  readonly metrics: Metrics
  readonly log: Logger
  /** The replica as it stands now; asked at every lookup, since a snapshot replaces it. */
  reader(): ReplicaReader
}

/** A `Host` for one plugin instance, and the function that ends what the instance had started. */
export function createHost(sources: HostSources, plugin: Host['plugin']): { host: Host; dispose(): void } {
  const endings: (() => void)[] = []
  const prefix = { plugin: plugin.name, plugin_id: plugin.id }
  const log: Logger = {
    debug: (fields, message) => sources.log.debug({ ...prefix, ...fields }, message),
    info: (fields, message) => sources.log.info({ ...prefix, ...fields }, message),
    warn: (fields, message) => sources.log.warn({ ...prefix, ...fields }, message),
    error: (fields, message) => sources.log.error({ ...prefix, ...fields }, message),
  }
  const host: Host = {
    plugin,
    node: sources.node,
    log,
    counters: sources.counters,
    metrics: sources.metrics,
    now: Date.now,
    slot,
    rows<E extends Entity>(entity: E): Rows<never> {
      const rows: Rows<never> = {
        byId: (id) => sources.reader().get(entity, id) as never,
        by: (field, value) => sources.reader().by(entity, field, value) as never,
        childrenOf: (field, id) => sources.reader().childrenOf(entity, field, id) as never,
      }
      return rows
    },
    every(ms, task) {
      const timer = setInterval(task, ms)
      timer.unref()
      endings.push(() => clearInterval(timer))
    },
    onDispose(end) {
      endings.push(end)
    },
  }
  return {
    host,
    dispose() {
      for (const end of endings.splice(0)) {
        try {
          end()
        } catch (err) {
          log.error({ err }, 'a plugin failed while it was being disposed of')
        }
      }
    },
  }
}
