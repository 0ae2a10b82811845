/** Whether this data plane may be sent traffic, in the words of Kong's `/status/ready`. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly message: string }

export interface ReadinessInput {
  readonly draining: boolean
  /** Whether the replica holds a configuration; it may be an empty one. */
  readonly loaded: boolean
  /** Why there is none, when that is known: a damaged replica, a control plane that cannot be reached. */
  readonly why: string | undefined
  /** Threads that serve a configuration, and how many there should be. */
  readonly serving: number
  readonly threads: number
}

export function readiness({ draining, loaded, why, serving, threads }: ReadinessInput): Readiness {
  if (draining) return { ready: false, message: 'draining' }
  if (!loaded) {
    const kong = 'no configuration available (empty configuration present)'
    return { ready: false, message: why === undefined ? kong : `${kong}: ${why}` }
  }
  // One thread is enough to serve; a thread that is being replaced does not take the others out of rotation.
  if (serving === 0) {
    return { ready: false, message: `router builds not yet complete, router ready in ${serving} of ${threads} workers` }
  }
  return { ready: true }
}
