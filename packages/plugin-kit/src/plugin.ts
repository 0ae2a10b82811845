import { protocols, protocolsHttp } from '@holdfast/schema'
import type { EntityCheck, Field, Functions, InferRecord, RecordField, Structure } from '@holdfast/schema'
import type { Host } from './host.ts'
import type { Phases } from './phases.ts'
import { completeConfig } from './stored-config.ts'

/** A plugin's configuration: what `/schemas/plugins/NAME` shows and what the control plane validates. Holds no behaviour. */
export interface PluginConfig<C extends RecordField = RecordField> {
  readonly name: string
  /** Order of execution, greater first; Kong's own numbers. */
  readonly priority: number
  /** Kong's version text of the handler, shown under `plugins.available_on_server`. */
  readonly version: string
  /** Whether the plugin works for HTTP alone or for any traffic; decides which `protocols` may be chosen. */
  readonly traffic: 'http' | 'any'
  /** Foreign keys that Kong does not allow for this plugin (`eq: null` in its schema). */
  readonly unscoped?: readonly ('consumer' | 'route' | 'service')[]
  readonly config: C
  /** Rules over several fields; names are dotted paths from the row, e.g. `config.policy`. */
  readonly entityChecks?: readonly EntityCheck[]
  /** What the rules above name. */
  readonly functions?: Functions
}

export interface Plugin<C extends RecordField = RecordField> extends PluginConfig<C> {
  /**
   * Called with the stored configuration of a row when it is compiled, once on every proxy thread; does everything that
   * depends on configuration alone. Throwing refuses the revision that brought the row.
   */
  create(stored: object, host: Host): Phases
}

/** Joins a config (known to the control plane too) with its behaviour, which sees the configuration complete. */
export function definePlugin<C extends RecordField>(
  config: PluginConfig<C>,
  create: (config: InferRecord<C>, host: Host) => Phases,
): Plugin<C> {
  return { ...config, create: (stored, host) => create(completeConfig(config.config, stored), host) }
}

/**
 * What the plugin adds to the schema of `plugins`, in Kong's order: the scopes it forbids, its protocols, its configuration.
 * `/schemas/plugins/NAME` shows exactly this.
 */
export function pluginSubschema(plugin: PluginConfig): Structure {
  const fields: Record<string, Field> = {}
  for (const scope of plugin.unscoped ?? [])
    fields[scope] = {
      type: 'foreign',
      reference: `${scope}s`,
      eq: null,
      description: `Not available for single ${scope}s.`,
    }
  fields.protocols = plugin.traffic === 'http' ? protocolsHttp : protocols
  fields.config = plugin.config
  return { fields, entity_checks: plugin.entityChecks ?? [], functions: plugin.functions ?? {} }
}
