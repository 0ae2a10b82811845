/**
 * The path that routes are matched against and that goes to the service, made from the path as received (no query; latin1 text).
 * Escapes of characters that have no meaning of their own in a URI are decoded, other escapes get capital hex digits, dot segments
 * are resolved and runs of slashes become one. `undefined` for what must be answered with 400: a path without leading slash, a broken
 * escape, an escaped NUL, a control character, or dot segments that climb above the root.
 *
 * Source of the rules: RFC 3986 §6.2.2 with Kong's set of decoded characters; the refusals are those of the nginx below Kong, which
 * decodes every escape, `%2F` too, before it counts how deep a path is.
 */
export function normalizePath(raw: string): string | undefined {
  if (raw.charCodeAt(0) !== slash) return undefined
  switch (survey(raw)) {
    case 'plain':
      return raw
    case 'refused':
      return undefined
    case 'rewrite':
      return climbsAboveRoot(raw) ? undefined : resolveSegments(decodeHarmless(raw))
  }
}

const slash = 0x2f
const dot = 0x2e
const percent = 0x25

/** One scan: is there anything to change? Also finds what is refused wherever it stands. */
function survey(raw: string): 'plain' | 'rewrite' | 'refused' {
  let rewrite = false
  for (let i = 0; i < raw.length; i++) {
    const c = raw.charCodeAt(i)
    if (c === slash) {
      const next = raw.charCodeAt(i + 1)
      if (next === slash || (next === dot && isDotSegment(raw, i + 1))) rewrite = true
    } else if (c === percent) {
      const high = hexDigit(raw.charCodeAt(i + 1))
      const low = hexDigit(raw.charCodeAt(i + 2))
      if (high < 0 || low < 0 || (high === 0 && low === 0)) return 'refused'
      rewrite = true
    } else if (c < 0x20 || c === 0x7f) return 'refused'
  }
  return rewrite ? 'rewrite' : 'plain'
}

/** Whether the segment that starts at `at` is `.` or `..`, given that a dot stands there. */
function isDotSegment(path: string, at: number): boolean {
  const end = path.charCodeAt(at + 1) === dot ? at + 2 : at + 1
  return end === path.length || path.charCodeAt(end) === slash
}

function hexDigit(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30
  const letter = c | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** Characters with a meaning of their own in a URI: their escapes stay escapes (RFC 3986 §2.2, and `%` itself). */
const reserved = new Set("!*'();:@&=+$,/?%#[]")

function decodeHarmless(raw: string): string {
  if (!raw.includes('%')) return raw
  return raw.replace(/%[\dA-Fa-f]{2}/g, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    return reserved.has(character) ? escape.toUpperCase() : character
  })
}

function climbsAboveRoot(raw: string): boolean {
  if (!raw.includes('.') && !/%2e/i.test(raw)) return false
  const fragment = raw.indexOf('#')
  const path = fragment < 0 ? raw : raw.slice(0, fragment)
  const decoded = path.replace(/%[\dA-Fa-f]{2}/g, (escape) => String.fromCharCode(Number.parseInt(escape.slice(1), 16)))
  let depth = 0
  for (const segment of decoded.split('/')) {
    if (segment === '' || segment === '.') continue
    depth += segment === '..' ? -1 : 1
    if (depth < 0) return true
  }
  return false
}

function resolveSegments(path: string): string {
  const kept: string[] = []
  const segments = path.split('/')
  for (const segment of segments) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') kept.pop()
    else kept.push(segment)
  }
  const last = segments[segments.length - 1]
  const asFolder = kept.length === 0 || last === '' || last === '.' || last === '..'
  return `/${kept.join('/')}${asFolder && kept.length > 0 ? '/' : ''}`
}
