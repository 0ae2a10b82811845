import type { MatchInput } from '../../compile/runtime.ts'
import type { RouteConditions } from '../route-conditions.ts'
import { pathGroups } from '../route-priority.ts'

/**
 * The router's rules written down as plainly as possible: ask every route, take the greatest. Slow; what the real one is compared with.
 * ASCII only, and regexes must be ones that mean the same to JavaScript.
 */
export function scan(
  routes: Iterable<RouteConditions>,
  input: MatchInput,
): { readonly id: string; readonly matched: string } | undefined {
  let best: { id: string; matched: string; rank: bigint; tie: string } | undefined
  for (const route of routes) {
    if (!fitsAllButPath(route, input)) continue
    for (const group of pathGroups(route)) {
      const matched = matchPath(group.paths, input.path)
      if (matched === undefined) continue
      const rank = rankAsKongComputesIt(route, group.paths)
      if (!best || rank > best.rank || (rank === best.rank && group.tie > best.tie)) {
        best = { id: route.id, matched, rank, tie: group.tie }
      }
    }
  }
  return best && { id: best.id, matched: best.matched }
}

function fitsAllButPath(route: RouteConditions, input: MatchInput): boolean {
  const { methods, hosts, headers, snis } = route
  return (
    (!methods?.length || methods.includes(input.method)) &&
    (!hosts?.length || hosts.some((host) => fitsHost(host.toLowerCase(), input))) &&
    (!snis?.length || input.scheme === 'http' || snis.includes(input.sni)) &&
    Object.entries(headers ?? {}).every(([name, values]) =>
      input
        .headerValues(name)
        .some((given) => values.some((value) => fitsHeader(value.toLowerCase(), given.toLowerCase()))),
    )
  )
}

function fitsHost(configured: string, input: MatchInput): boolean {
  const [host = '', port] = configured.split(':')
  if (port !== undefined && Number(port) !== input.port) return false
  if (host.startsWith('*')) return input.host.endsWith(host.slice(1))
  if (host.endsWith('*')) return input.host.startsWith(host.slice(0, -1))
  return input.host === host
}

function fitsHeader(value: string, given: string): boolean {
  return value.startsWith('~*') ? new RegExp(value.slice(2)).test(given) : value === given
}

function matchPath(paths: readonly string[], path: string): string | undefined {
  if (paths.length === 0) return ''
  for (const configured of paths) {
    if (!configured.startsWith('~')) {
      if (path.startsWith(configured)) return configured
    } else {
      const found = new RegExp(`^${configured.slice(1)}`).exec(path)
      if (found) return found[0]
    }
  }
  return undefined
}

/** 64 bits, of which most are shifted as if there were 32. */
function rankAsKongComputesIt(route: RouteConditions, paths: readonly string[]): bigint {
  const regex = paths[0]?.startsWith('~') === true
  const headers = Object.keys(route.headers ?? {}).length
  const kinds =
    [route.methods, route.hosts, route.snis, paths].filter((list) => list?.length).length + (headers ? 1 : 0)
  const low = BigInt.asIntN(
    32,
    (BigInt(kinds) << 29n) |
      (BigInt(headers) << 20n) |
      (regex ? BigInt(route.regex_priority ?? 0) << 19n : 0n) |
      (regex ? 0n : BigInt(paths[0]?.length ?? 0)),
  )
  const plainHosts = route.hosts && !route.hosts.some((host) => host.includes('*'))
  return BigInt.asUintN(64, low | (plainHosts ? 1n << 60n : 0n) | (regex ? 1n << 51n : 0n))
}
