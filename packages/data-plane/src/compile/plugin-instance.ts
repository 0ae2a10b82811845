import type { PluginRow } from '@holdfast/entities'
import type { Host, Phases } from '@holdfast/plugin-kit'

/** What is needed of a plugin to run it, whatever its configuration looks like. */
export interface RunnablePlugin {
  readonly name: string
  readonly priority: number
  create(config: never, host: Host): Phases
}

export type PluginsByName = ReadonlyMap<string, RunnablePlugin>

/** Makes the host of one instance, and the function that ends what the instance had started through it. */
export type CreateHost = (plugin: Host['plugin']) => { readonly host: Host; dispose(): void }

/** A configured plugin, ready to run. */
export interface PluginInstance {
  readonly row: PluginRow
  readonly plugin: RunnablePlugin
  readonly phases: Phases
  dispose(): void
}

const httpProtocols = new Set(['http', 'https', 'grpc', 'grpcs'])

/**
 * Whether a row takes part in HTTP traffic at all. As in Kong, `protocols` choose between HTTP and stream traffic only: a plugin for
 * `https` also runs on requests that came over `http`, if their route accepts them.
 */
export function runsOnHttp(row: PluginRow): boolean {
  return row.enabled !== false && (row.protocols ?? ['http']).some((protocol) => httpProtocols.has(protocol))
}

/** Throws if the plugin is not known or refuses its configuration. */
export function createInstance(row: PluginRow, plugins: PluginsByName, createHost: CreateHost): PluginInstance {
  const plugin = plugins.get(row.name)
  if (!plugin) throw new Error(`this data plane has no plugin '${row.name}'`)
  const { host, dispose } = createHost({ id: row.id, name: row.name, instanceName: row.instance_name ?? null })
  try {
    return { row, plugin, phases: plugin.create(row.config as never, host), dispose }
  } catch (error) {
    dispose()
    throw error
  }
}
