import { slot } from '@holdfast/plugin-kit'
import type { Counters, Host } from '@holdfast/plugin-kit'
import type { CreateHost } from './plugin-instance.ts'

/** A host on which an instance may be created to see whether it can be, but where nothing ever runs, counts or is found. */
export const createInertHost: CreateHost = (plugin) => ({ host: inertHost(plugin), dispose() {} })

const ignore = () => {}
const series = { add: ignore, set: ignore, observe: ignore }
const family = { with: () => series }
const counters: Counters = { read: () => 0, add: (_key, amount) => amount, within: () => counters }

function inertHost(plugin: Host['plugin']): Host {
  return {
    plugin,
    node: { id: '00000000-0000-0000-0000-000000000000', hostname: 'check', version: '0' },
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    counters,
    metrics: { counter: () => family, gauge: () => family, histogram: () => family },
    now: Date.now,
    slot,
    rows: () => ({ byId: () => undefined, by: () => undefined, childrenOf: () => [] }),
    every: ignore,
    onDispose: ignore,
  }
}
