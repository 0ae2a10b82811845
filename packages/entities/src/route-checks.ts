import { regexError } from '@holdfast/schema'
import type { Functions } from '@holdfast/schema'

export const routeFunctions: Functions = {
  checks: {
    // Kong only logs that `v1` is discouraged; the check keeps its place in `/schemas`.
    path_handling: () => undefined,
    routable: ({ headers }) => headersProblem(headers),
  },
}

/** What the router could not compile. Paths and hosts are already checked field by field. */
function headersProblem(
  headers: { readonly [name: string]: readonly string[] } | null | undefined,
): string | undefined {
  for (const [name, values] of Object.entries(headers ?? {})) {
    if (values.length === 0) return `Router Expression failed validation: header '${name}' has no value to match`
    const [only] = values
    // A single value after `~*` is a regular expression.
    const error = values.length === 1 && only!.startsWith('~*') ? regexError(only!.slice(2)) : undefined
    if (error !== undefined) return `Router Expression failed validation: header '${name}': ${error}`
  }
  return undefined
}
