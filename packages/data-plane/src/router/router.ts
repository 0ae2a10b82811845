import type { MatchInput } from '../compile/runtime.ts'
import { fits, precedes } from './candidate.ts'
import type { Candidate } from './candidate.ts'
import { headerCondition } from './header-condition.ts'
import { HostIndex, parseHost } from './host-index.ts'
import { compilePathPattern } from './path-pattern.ts'
import type { PathPattern, PatternMatch } from './path-pattern.ts'
import { anyMethod, methodBit, methodBits } from './method-set.ts'
import { collectPrefixes, insert, remove } from './path-tree.ts'
import type { PathTree } from './path-tree.ts'
import { asWireText, fromWireText, isAscii, isRegexPath } from './route-conditions.ts'
import type { RouteConditions } from './route-conditions.ts'
import { pathGroups, rank } from './route-priority.ts'
import { sniCondition } from './sni-condition.ts'

/** What a request matched. */
export interface Hit<T> extends PatternMatch {
  readonly target: T
}

/** A route's conditions, compiled; making it is the only part of an insertion that can fail. */
export interface PreparedRoute {
  readonly routeId: string
  /** One for each pair of host and path. */
  readonly ways: readonly {
    readonly host: string | undefined
    readonly conditions: Omit<Candidate<unknown>, 'target'>
  }[]
}

/** Throws a `PatternError` for a path or header regex that cannot be compiled. */
export function prepareRoute(route: RouteConditions): PreparedRoute {
  const methods = nonEmpty(route.methods)
  const headers = nonEmpty(Object.entries(route.headers ?? {}).map(([name, values]) => headerCondition(name, values)))
  const snis = nonEmpty(route.snis?.map(sniCondition))
  const hosts = nonEmpty(route.hosts?.map(parseHost)) ?? [{ pattern: undefined, port: 0 }]
  const ways: PreparedRoute['ways'][number][] = []
  for (const group of pathGroups(route)) {
    const shared = {
      rank: rank(route, group),
      tie: group.tie,
      methodBits: methods ? methodBits(methods) : anyMethod,
      methods,
      headers,
      snis,
    }
    const paths = nonEmpty(group.paths.map(preparePath)) ?? [{ prefix: '', pattern: undefined }]
    for (const { pattern: host, port } of hosts) {
      for (const [index, path] of paths.entries()) ways.push({ host, conditions: { ...shared, index, port, ...path } })
    }
  }
  return { routeId: route.id, ways }
}

function preparePath(path: string): { readonly prefix: string; readonly pattern: PathPattern | undefined } {
  if (!isRegexPath(path)) return { prefix: asWireText(path), pattern: undefined }
  const pattern = compilePathPattern(path.slice(1))
  return { prefix: pattern.prefix, pattern }
}

function nonEmpty<E>(values: readonly E[] | null | undefined): readonly E[] | undefined {
  return values && values.length > 0 ? values : undefined
}

interface Placed<T> {
  readonly host: string | undefined
  readonly candidate: Candidate<T>
}

/**
 * Finds the route of a request in time that does not depend on how many routes there are, and takes routes in and out one by one.
 * All methods are synchronous, so no request ever sees half of a change. Flavor `traditional_compatible`, routes of http and https.
 */
export class Router<T> {
  readonly #hosts = new HostIndex<T>()
  readonly #placed = new Map<string, readonly Placed<T>[]>()

  get size(): number {
    return this.#placed.size
  }

  /** Takes a route in, in place of the one with the same id. */
  put(route: PreparedRoute, target: T): void {
    this.remove(route.routeId)
    this.#placed.set(
      route.routeId,
      route.ways.map(({ host, conditions }) => {
        const candidate = withTarget(conditions, target)
        insert(this.#hosts.treeFor(host), candidate)
        return { host, candidate }
      }),
    )
  }

  /** Takes a route out; does nothing if it is not there. */
  remove(routeId: string): void {
    for (const { host, candidate } of this.#placed.get(routeId) ?? []) {
      remove(this.#hosts.treeFor(host), candidate)
      this.#hosts.dropIfEmpty(host)
    }
    this.#placed.delete(routeId)
  }

  match(input: MatchInput): Hit<T> | undefined {
    let best: Candidate<T> | undefined
    let match: PatternMatch | undefined
    const bit = methodBit(input.method)
    const trees = this.#trees
    const nodes = this.#nodes
    for (let t = this.#hosts.collect(input.host, trees) - 1; t >= 0; t--) {
      for (let n = collectPrefixes(trees[t]!, input.path, nodes) - 1; n >= 0; n--) {
        const { candidate: first, others } = nodes[n]!
        let candidate = first
        for (let next = 0; candidate; candidate = others?.[next++]) {
          if (best && !precedes(candidate, best)) break
          if (!fits(candidate, input, bit)) continue
          const found = candidate.pattern?.exec(input.path)
          if (candidate.pattern && !found) continue
          best = candidate
          match = found
          break
        }
      }
    }
    // Kong's router takes UTF-8 only: a path that is not matches nothing, not even `/`.
    if (!best || (!isAscii(input.path) && fromWireText(input.path) === undefined)) return undefined
    return { target: best.target, matched: match ? match.matched : best.prefix, groups: match?.groups }
  }

  // Kept from one match to the next, so that matching allocates nothing but its result.
  readonly #trees: PathTree<T>[] = []
  readonly #nodes: PathTree<T>[] = []
}

/** Property by property, so that all candidates have one shape. */
function withTarget<T>(conditions: Omit<Candidate<unknown>, 'target'>, target: T): Candidate<T> {
  const { rank, tie, index, port, methodBits, methods, headers, snis, pattern, prefix } = conditions
  return { rank, tie, index, port, methodBits, methods, headers, snis, pattern, prefix, target }
}
