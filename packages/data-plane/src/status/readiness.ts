/** Whether this data plane may be sent traffic, in the words of Kong's `/status/ready`. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly message: string }

export interface ReadinessInput {
  readonly draining: boolean
  /** Revision of the replica; undefined while there is none. */
  readonly revision: number | undefined
  /** Why there is no configuration, when that is known (a damaged replica, an unreachable control plane). */
  readonly why: string | undefined
  /** Threads that serve the first configuration, and how many there should be. */
  readonly serving: number
  readonly threads: number
}

export function readiness(input: ReadinessInput): Readiness {
  if (input.draining) return { ready: false, message: 'draining' }
  if (input.revision === undefined) {
    const base = 'no configuration available (empty configuration present)'
    return { ready: false, message: input.why ? `${base}: ${input.why}` : base }
  }
  if (input.serving === 0) return { ready: false, message: 'router builds not yet complete' }
  return { ready: true }
}
