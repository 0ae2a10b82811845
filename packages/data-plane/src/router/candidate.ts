import type { MatchInput } from '../compile/runtime.ts'
import type { HeaderCondition } from './header-condition.ts'
import { anyMethod, isRare } from './method-set.ts'
import type { MethodBits } from './method-set.ts'
import type { PathPattern } from './path-pattern.ts'
import type { SniCondition } from './sni-condition.ts'

/**
 * One way in which a route may match: one of its hosts with one of its paths. Flat, because with many routes each object that a match
 * has to look at is a cache miss.
 */
export interface Candidate<T> {
  readonly rank: number
  readonly tie: string
  /** Place of the path in its route: of several regexes the first one that matches counts. */
  readonly index: number
  /** Port that the host is bound to; 0 for any. */
  readonly port: number
  readonly methodBits: MethodBits
  readonly methods: readonly string[] | undefined
  readonly headers: readonly HeaderCondition[] | undefined
  readonly snis: readonly SniCondition[] | undefined
  /** What the path must match; `undefined` where reaching the candidate proves it. */
  readonly pattern: PathPattern | undefined
  /** The prefix that reaching the candidate has matched. */
  readonly prefix: string
  readonly target: T
}

/** Whether `a` is asked before `b`: greater rank, then greater id, then the earlier path of the route. */
export function precedes(a: Candidate<unknown>, b: Candidate<unknown>): boolean {
  if (a.rank !== b.rank) return a.rank > b.rank
  if (a.tie !== b.tie) return a.tie > b.tie
  return a.index < b.index
}

/** Whether everything but the path fits. Host and prefix are known to fit already. */
export function fits(candidate: Candidate<unknown>, input: MatchInput, methodBit: MethodBits): boolean {
  if (candidate.port !== 0 && candidate.port !== input.port) return false
  if (candidate.methodBits !== anyMethod) {
    if ((candidate.methodBits & methodBit) === 0) return false
    if (isRare(methodBit) && !candidate.methods!.includes(input.method)) return false
  }
  const { snis, headers } = candidate
  // Without TLS there is no server name, and Kong then does not ask for one.
  if (snis && input.scheme === 'https' && !snis.some((condition) => condition(input.sni))) return false
  return !headers || headers.every((condition) => condition(input))
}
