import type { InferRecord, RecordField } from '@holdfast/schema'

/**
 * A stored configuration as a plugin reads it: every setting is there. A default holds where null was stored over it, and a
 * setting that did not exist yet when the row was written has its default or null.
 */
export function completeConfig<C extends RecordField>(record: C, stored: object): InferRecord<C> {
  const values = stored as { readonly [name: string]: unknown }
  const complete: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(record.fields)) {
    const value = (Object.hasOwn(values, name) ? values[name] : undefined) ?? field.default ?? null
    complete[name] =
      field.type === 'record' && (value !== null || field.required) ? completeConfig(field, value ?? {}) : value
  }
  return complete as InferRecord<C>
}
