/** The parts of a URL, each undefined where the text has none. Nothing is decoded or checked. */
export interface UrlParts {
  readonly scheme: string | undefined
  readonly host: string | undefined
  /** What follows the last colon of the authority; not necessarily a number. */
  readonly port: string | undefined
  readonly path: string | undefined
}

/**
 * Splits a URL the way LuaSocket does, which Kong relies on: lenient, never failing. `new URL` would refuse or rewrite texts
 * that Kong stores as they are.
 */
export function splitUrl(text: string): UrlParts {
  let rest = text
  const take = (pattern: RegExp): string | undefined => {
    const found = pattern.exec(rest)
    if (!found) return undefined
    rest = rest.slice(0, found.index) + rest.slice(found.index + found[0].length)
    return found[1]
  }
  const scheme = take(/^([A-Za-z0-9][A-Za-z0-9+.-]*):/)
  let authority = take(/^\/\/([^/?#]*)/)
  take(/#([^]*)$/)
  take(/\?([^]*)$/)
  take(/;([^]*)$/)
  const path = rest === '' ? undefined : rest
  if (authority === undefined) return { scheme, host: undefined, port: undefined, path }
  authority = authority.replace(/^[^@]*@/, '')
  const port = /:([^:\]]*)$/.exec(authority)?.[1]
  if (port !== undefined) authority = authority.slice(0, -port.length - 1)
  const host = authority === '' ? undefined : (/^\[(.+)\]$/.exec(authority)?.[1] ?? authority)
  return { scheme, host, port, path }
}
