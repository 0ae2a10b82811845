import type { ClientRequest } from '@holdfast/plugin-kit'

/**
 * The lower-case name under which a request has a header that configuration names, or undefined if it has none. Underscores
 * may be written for dashes, as in Kong; a header that has underscores itself goes before.
 */
export function headerFinder(name: string): (request: ClientRequest) => string | undefined {
  const lower = name.toLowerCase()
  const dashed = lower.replaceAll('_', '-')
  if (dashed === lower) return (request) => (request.header(lower) === undefined ? undefined : lower)
  return (request) =>
    request.header(lower) !== undefined ? lower : request.header(dashed) !== undefined ? dashed : undefined
}

/** The first value of a header that configuration names. */
export function headerReader(name: string): (request: ClientRequest) => string | undefined {
  const lower = name.toLowerCase()
  const dashed = lower.replaceAll('_', '-')
  if (dashed === lower) return (request) => request.header(lower)
  return (request) => request.header(lower) ?? request.header(dashed)
}
