import type { InferRecord, RecordField } from '@holdfast/schema'
import type { Host } from './host.ts'
import type { Phases } from './phases.ts'

/** A plugin's configuration: what `/schemas/plugins/NAME` shows and what the control plane validates. Holds no behaviour. */
export interface PluginConfig<C extends RecordField = RecordField> {
  readonly name: string
  /** Order of execution, greater first; Kong's own numbers. */
  readonly priority: number
  /** Kong's version text of the handler, shown under `plugins.available_on_server`. */
  readonly version: string
  /** Default and allowed `protocols`. */
  readonly protocols: readonly string[]
  /** Foreign keys that Kong does not allow for this plugin (`eq: null` in its schema). */
  readonly unscoped?: readonly ('consumer' | 'route' | 'service')[]
  readonly config: C
}

export interface Plugin<C extends RecordField = RecordField> extends PluginConfig<C> {
  /**
   * Called once for a configured row when it is compiled; does everything that depends on configuration alone.
   * Throwing refuses the revision that brought the row.
   */
  create(config: InferRecord<C>, host: Host): Phases
}

/** Joins a config (known to the control plane too) with its behaviour. */
export function definePlugin<C extends RecordField>(
  config: PluginConfig<C>,
  create: (config: InferRecord<C>, host: Host) => Phases,
): Plugin<C> {
  return { ...config, create }
}
