import type { JsonField } from './field.ts'
import { checkJsonSchema } from './json-schema.ts'
import { own } from './values.ts'
import type { AnyRow } from './values.ts'

/** Checks a JSON field against the JSON schema that its neighbours or the field itself choose. */
export function checkJson(field: JsonField, name: string, row: AnyRow): string | undefined {
  const rule = field.json_schema
  if (!rule) return undefined
  if (rule.inline !== undefined) return checkJsonSchema(row[name], rule.inline)
  const key = rule.parent_subschema_key === undefined ? undefined : own(row, rule.parent_subschema_key)
  if (key === undefined || key === null)
    return rule.optional
      ? undefined
      : `validation of ${name} depends on the parent attribute ${rule.parent_subschema_key}, but it is not set`
  if (rule.default !== undefined) return checkJsonSchema(row[name], rule.default)
  return rule.optional ? undefined : `mandatory json schema for field (${rule.namespace}/${String(key)}) not found`
}
