import { createHash } from 'node:crypto'
import { asWireText, isRegexPath } from './route-conditions.ts'
import type { RouteConditions } from './route-conditions.ts'

/** Paths of a route that rank alike: all its regexes, or all its prefixes of one length. Kong ranks each such group by itself. */
export interface PathGroup {
  readonly paths: readonly string[]
  /** Decides between groups of equal rank, the greater one first. */
  readonly tie: string
}

/** A route as Kong's `traditional_compatible` router splits it; a route without paths is one group without paths. */
export function pathGroups(route: RouteConditions): readonly PathGroup[] {
  const paths = route.paths ?? []
  const byLength = new Map<number, string[]>()
  for (const path of paths) {
    const length = isRegexPath(path) ? 0 : asWireText(path).length
    const group = byLength.get(length)
    if (group) group.push(path)
    else byLength.set(length, [path])
  }
  if (byLength.size <= 1) return [{ paths, tie: route.id }]
  return [...byLength.values()].map((group, index) => ({ paths: group, tie: splitId(route.id, index + 1) }))
}

/** Namespace of the ids that Kong gives to the parts of a split route; ties between routes depend on it. */
const splitNamespace = Buffer.from('7f145bf90dce4f9198ebdebbce4b9f6b', 'hex')

/** A version 5 UUID (RFC 9562 §5.5) of `<route id>#<number of the group, from 1>`. */
function splitId(routeId: string, group: number): string {
  const hash = createHash('sha1').update(splitNamespace).update(`${routeId}#${group}`).digest()
  hash[6] = (hash[6]! & 0x0f) | 0x50
  hash[8] = (hash[8]! & 0x3f) | 0x80
  const hex = hash.toString('hex', 0, 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/**
 * Rank of a group among all groups that match a request, the greatest first; the order that Kong 3.9.3 shows.
 *
 * Kong means to rank by number of kinds of conditions, then plain hosts, number of headers, regex, `regex_priority`, length of
 * the prefix, in one 64-bit number. It shifts all of them but two as 32-bit numbers, though, so what really decides is:
 *
 *  1. four or more kinds of conditions come before fewer;
 *  2. below four: hosts without wildcard before others, then regex paths before prefixes;
 *  3. one 32-bit number: kinds of conditions (bits 29–31), headers (from bit 20), `regex_priority` (from bit 19, so it mixes
 *     with the two before), length of the prefix.
 *
 * Applications were configured against that order, so it is kept, with its mixing bits.
 */
export function rank(route: RouteConditions, group: PathGroup): number {
  const first = group.paths[0]
  const regex = first !== undefined && isRegexPath(first)
  const headers = Object.keys(route.headers ?? {}).length
  const kinds = [route.methods, route.hosts, route.paths, route.snis].filter(
    (values) => values && values.length > 0,
  ).length
  const low =
    ((kinds + (headers > 0 ? 1 : 0)) << 29) |
    (Math.min(headers, 255) << 20) |
    (regex ? (route.regex_priority ?? 0) << 19 : 0) |
    (first !== undefined && !regex ? asWireText(first).length & 0x7ffff : 0)
  const plainHosts =
    route.hosts !== null && route.hosts !== undefined && !route.hosts.some((host) => host.includes('*'))
  const high = low < 0 ? 4 : (plainHosts ? 2 : 0) + (regex ? 1 : 0)
  return high * 2 ** 32 + (low >>> 0)
}
