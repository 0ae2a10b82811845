import { luaTable } from '@holdfast/schema'
import type { Violations } from '@holdfast/schema'
import { parseDocument } from 'yaml'

export type ReadText =
  { readonly ok: true; readonly tree: unknown } | { readonly ok: false; readonly violations: Violations }

/** Reads the text of a declarative configuration, JSON or YAML. Aliases are limited, so that a small text stays small. */
export function parseDeclarativeText(text: string): ReadText {
  const failed = (reason: string): ReadText => ({
    ok: false,
    violations: { error: `failed parsing declarative configuration: ${reason}` },
  })
  let tree: unknown
  try {
    tree = JSON.parse(text)
  } catch {
    try {
      const document = parseDocument(text, { version: '1.1', stringKeys: true, logLevel: 'silent' })
      const [error] = document.errors
      if (error) return failed(error.message.split(':\n')[0]!)
      tree = document.toJS({ maxAliasCount: 100 })
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error))
    }
  }
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return failed('expected an object')
  return { ok: true, tree }
}

/** Kong's summary of what is wrong with a declarative configuration. */
export function declarativeMessage(violations: Violations): string {
  return `declarative config is invalid: ${luaTable(violations)}`
}
