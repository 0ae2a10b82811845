/** What the entity `plugins` leaves open: the settings of each plugin that this version has. */
import { type Entity, plugins as pluginEntity } from '@holdfast/entities'
import { type PluginConfig, pluginSubschema } from '@holdfast/plugin-kit'
import type { Structure, Subschema } from '@holdfast/schema'
import type { WireRow } from '@holdfast/sync'

export interface PluginSchemas {
  readonly all: readonly PluginConfig[]
  /** What takes the place of the entity's own fields for plugins of this name. */
  subschema(name: string): Subschema | undefined
  /** The structure of this very row. */
  structure(entity: Entity, row: WireRow): Structure
}

export function createPluginSchemas(configs: readonly PluginConfig[]): PluginSchemas {
  const byName = new Map(configs.map((config) => [config.name, pluginSubschema(config)]))
  const wholes = new Map([...byName].map(([name, subschema]) => [name, wholeOf(subschema)]))
  return {
    all: configs,
    subschema: (name) => byName.get(name),
    structure(entity, row) {
      if (entity.name !== pluginEntity.name) return entity
      return wholes.get(String(row['name'])) ?? entity
    },
  }
}

function wholeOf({ fields, entity_checks = [], functions = {} }: Subschema): Structure {
  return { fields: { ...pluginEntity.fields, ...fields }, entity_checks, functions }
}
