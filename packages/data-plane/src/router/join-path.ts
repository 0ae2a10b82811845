/**
 * The path that goes to the service, without query. `path` is normalised, `matched` the part of it that the route's path matched.
 * Kong's `path_handling` v0; under its `traditional_compatible` router v1 gives the same answers, so there is only this one.
 */
export function joinPath(servicePath: string | null, path: string, matched: string, stripPath: boolean): string {
  const base = servicePath || '/'
  // Most requests of most routes: nothing in front, nothing cut away.
  if (base === '/' && !stripPath) return escapePath(path)
  return escapePath(stripPath ? joinStripped(base, path, matched) : joinWhole(base, path))
}

function joinWhole(base: string, path: string): string {
  if (base.endsWith('/')) return base + path.slice(1)
  return path === '/' ? base : base + path
}

function joinStripped(base: string, path: string, matched: string): string {
  // A route without paths strips the leading slash that the join puts back.
  const rest = withoutLeadingDots(path.slice(matched.length || 1))
  if (rest !== '') return base.endsWith('/') === rest.startsWith('/') ? joinOnce(base, rest) : base + rest
  if (base === '/') return '/'
  // Nothing is left of the path but whether it ended with a slash; `/` alone says so only where the service's path does too.
  const bare = base.endsWith('/') ? base.slice(0, -1) : base
  return path.endsWith('/') && (path.length > 1 || base !== bare) ? `${bare}/` : bare
}

/** Both or neither have a slash where they meet. */
function joinOnce(base: string, rest: string): string {
  return rest.startsWith('/') ? base + rest.slice(1) : `${base}/${rest}`
}

/** Cutting a prefix in the middle of a segment may leave a rest that begins as a dot segment; it must not climb in the service's path. */
function withoutLeadingDots(rest: string): string {
  if (rest === '.' || rest === '..') return ''
  if (rest.startsWith('./')) return rest.slice(2)
  if (rest.startsWith('../')) return rest.slice(3)
  return rest
}

/** What Kong sends as it is; every other byte is escaped. */
// eslint-disable-next-line no-control-regex
const unsafe = /[^!#$&'()*+,/:;=?@[\]A-Za-z0-9\-_.~%]/g
const hasUnsafe = new RegExp(unsafe.source)

/** Escapes what may not stand in a request line: the inverse of the decoding that `normalizePath` does. Latin1 text. */
export function escapePath(path: string): string {
  if (!hasUnsafe.test(path)) return path
  return path.replace(unsafe, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}
