import type { Failure } from '../failure.ts'

export interface RetryFacts {
  readonly method: string
  /** No byte of the client's body was given to a peer. */
  readonly untouched: boolean
  /** The whole body is at hand. */
  readonly replayable: boolean
  readonly triesLeft: number
  readonly replayedAfterReuse: boolean
}

/** Methods that may be done twice (RFC 9110 §9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/**
 * Whether a request whose answer has not begun may be sent again. What never reached a peer may always go to the next one. What a
 * peer may have processed is sent again only if doing it twice is harmless. A kept-alive connection that had died says nothing about
 * its peer: the same one is asked again, once, and that does not count.
 */
export function mayRetry(failure: Failure, facts: RetryFacts): 'same_peer' | 'next_peer' | 'no' {
  if (failure.retry === 'safe') return facts.untouched && facts.triesLeft > 0 ? 'next_peer' : 'no'
  if (!idempotent.has(facts.method) || !facts.replayable) return 'no'
  if (failure.retry === 'reused_connection_only' && !facts.replayedAfterReuse) return 'same_peer'
  const lost = failure.kind === 'reset' || failure.kind === 'read_timeout' || failure.kind === 'write_timeout'
  return lost && facts.triesLeft > 0 ? 'next_peer' : 'no'
}
