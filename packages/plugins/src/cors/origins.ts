import { RE2JS } from 're2js'
import { splitUrl } from '@holdfast/schema'

/** What a request's origin is answered. */
export interface Allowance {
  /** `Access-Control-Allow-Origin`; undefined: none, not even the service's. */
  readonly origin: string | undefined
  /** How often `Vary` names the origin. */
  readonly varies: number
  readonly credentials: boolean
}

const ANY: Allowance = { origin: '*', varies: 0, credentials: false }
const NONE: Allowance = { origin: undefined, varies: 1, credentials: false }

/** Only these characters: a plain origin. With any other it is a regular expression. */
const PLAIN = /^[A-Za-z0-9.:/-]+$/

/** Longest origin that is looked at: a host name has at most 253 characters. */
const LONGEST = 512
/** Answers kept, so that an origin is not matched again for every request; emptied when full. */
const REMEMBERED = 1_000

/** Which origins are allowed, by Kong's rules. */
export function originRule(origins: readonly string[]): (origin: string | undefined) => Allowance {
  if (origins.length === 0 || (origins.length === 1 && origins[0] === '*')) return () => ANY
  // A single plain origin is told to everybody; the browser compares.
  if (origins.length === 1 && PLAIN.test(origins[0]!)) {
    const only: Allowance = { origin: origins[0], varies: 1, credentials: false }
    return () => only
  }
  if (origins.includes('*')) {
    const all: Allowance = { origin: '*', varies: 1, credentials: false }
    return (origin) => (origin === undefined ? NONE : all)
  }

  const tests = origins.map(originTest)
  const known = new Map<string, Allowance>()
  return (origin) => {
    if (origin === undefined || origin.length > LONGEST) return NONE
    let allowance = known.get(origin)
    if (!allowance) {
      const normal = normalize(origin)
      allowance = tests.some((test) => test(normal)) ? { origin: normal.whole, varies: 1, credentials: false } : NONE
      if (known.size >= REMEMBERED) known.clear()
      known.set(origin, allowance)
    }
    return allowance
  }
}

interface Origin {
  /** With scheme and, unless it is the scheme's own, port. */
  readonly whole: string
  readonly host: string
}

/** A regular expression is for the host alone unless it has a colon, and always for the whole of it. */
function originTest(allowed: string): (origin: Origin) => boolean {
  if (PLAIN.test(allowed)) {
    const { whole } = normalize(allowed)
    return (origin) => origin.whole === whole
  }
  const pattern = RE2JS.compile(allowed)
  return allowed.includes(':') ? ({ whole }) => pattern.matches(whole) : ({ host }) => pattern.matches(host)
}

function normalize(origin: string): Origin {
  const { scheme, host, port } = splitUrl(origin)
  if (host === undefined) return { whole: origin, host: origin }
  const isUsual = (scheme === 'http' && port === '80') || (scheme === 'https' && port === '443')
  const shown = port === undefined || isUsual ? '' : `:${port}`
  const name = host.includes(':') ? `[${host}]` : host
  return { whole: `${scheme === undefined ? '' : `${scheme}://`}${name}${shown}`, host }
}
