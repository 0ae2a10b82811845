import { regexError } from '../regex.ts'
import { splitUrl } from '../url.ts'

/** A path made of the characters that RFC 3986 allows in one, with sound percent escapes. */
export function path(text: string): string | undefined {
  return unreserved(text) ?? escapes(text)
}

/** A route's path: a normalised prefix, or a regular expression after `~`. */
export function routerPath(text: string): string | undefined {
  // Escapes are only judged where everything else is plain, as Kong does; other characters are fine in a route.
  if (unreserved(text) === undefined) {
    const wrong = escapes(text)
    if (wrong !== undefined) return wrong
  }
  if (!text.startsWith('~')) {
    const normalized = normalizePath(text)
    return text === normalized ? undefined : `non-normalized path, consider use '${normalized}' instead`
  }
  const source = text.slice(1)
  const error = regexError(`^${source}`)
  return error === undefined ? undefined : `invalid regex: '${source}' (${error})`
}

export function url(text: string): string | undefined {
  const { host, scheme } = splitUrl(text)
  if (host === undefined) return 'missing host in url'
  return scheme === undefined ? 'missing scheme in url' : undefined
}

function unreserved(text: string): string | undefined {
  if (/^\/[A-Za-z0-9.\-_~/%:@!$&'()*+,;=]*$/.test(text)) return undefined
  return `invalid path: '${text}' (characters outside of the reserved list of RFC 3986 found)`
}

function escapes(text: string): string | undefined {
  const bad = /%.?.?/.exec(text.replace(/%[0-9A-Fa-f]{2}/g, '___'))
  return bad ? `invalid url-encoded value: '${bad[0]}'` : undefined
}

const reserved = new Set("!*'();:@&=+$,/?%#[]")

/**
 * A path in normal form: escapes of anything but reserved characters decoded, the others in capitals, dot segments and doubled
 * slashes removed.
 */
export function normalizePath(text: string): string {
  if (text === '' || text === '/') return text
  let decoded = text
  if (text.includes('%')) {
    // Escapes stand for bytes, several of which may make one character.
    const bytes = Buffer.from(text, 'utf8').toString('latin1')
    const replaced = bytes.replace(/%([0-9A-Fa-f]{2})/g, (escape, hex: string) => {
      const char = String.fromCharCode(Number.parseInt(hex, 16))
      return reserved.has(char) ? escape.toUpperCase() : char
    })
    decoded = Buffer.from(replaced, 'latin1').toString('utf8')
  }
  const segments: string[] = []
  const parts = decoded.replace(/\/{2,}/g, '/').split('/')
  const last = parts.length - 1
  parts.forEach((part, index) => {
    const trailing = index === last
    if (part === '..') segments.pop()
    if (part === '.' || part === '..') {
      if (trailing) segments.push('')
    } else if (index > 0) segments.push(part)
  })
  return `/${segments.join('/')}`
}
