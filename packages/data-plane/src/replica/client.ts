import { Backoff, DataPlaneSync } from '@holdfast/sync'
import type { Hello } from '@holdfast/sync'
import type { Check, OnApplied, Outcome } from './apply-step.ts'
import type { ReplicaClientState } from './client-state.ts'
import { Connection } from './connection.ts'
import { addressesOf, openControlPlaneSocket } from './control-plane-socket.ts'
import type { RemoteSource } from './control-plane-socket.ts'
import type { Replica, ReplicaLog } from './replica.ts'

export interface ReplicaClientOptions {
  readonly source: RemoteSource
  readonly replica: Replica
  /** Who this data plane is, as it tells the control plane. */
  readonly self: Pick<Hello, 'node' | 'labels' | 'plugins'>
  readonly check: Check
  /** Revision 0 with 'all' means that the replica was found damaged and is empty now. */
  readonly onApplied: OnApplied
  readonly log: ReplicaLog
  readonly clock?: { now(): number }
  readonly random?: () => number
  readonly timings?: Partial<ClientTimings>
}

/** Milliseconds. */
export interface ClientTimings {
  readonly connectMs: number
  readonly heartbeatMs: number
  readonly statusMs: number
  readonly backoffBaseMs: number
  readonly backoffCapMs: number
  /** A connection that lasted this long was a good one: the backoff begins anew. */
  readonly stableMs: number
}

export const defaultClientTimings: ClientTimings = {
  connectMs: 10_000,
  heartbeatMs: 15_000,
  statusMs: 30_000,
  backoffBaseMs: 500,
  backoffCapMs: 15_000,
  stableMs: 30_000,
}

export interface ReplicaClient {
  /** Connects, and goes on connecting until `stop`. */
  start(): void
  /** Says goodbye and resolves when nothing is written any more; the replica stays open. */
  stop(): Promise<void>
  state(): ReplicaClientState
}

/** Keeps a data plane's replica up to date from whichever control plane answers. */
export function createReplicaClient(options: ReplicaClientOptions): ReplicaClient {
  const { replica, source, log } = options
  const now = (): number => options.clock?.now() ?? Date.now()
  const timings: ClientTimings = { ...defaultClientTimings, ...options.timings }
  const addresses = addressesOf(source)
  const sync = new DataPlaneSync(replica.standing, replica.partial)
  const backoff = new Backoff({
    base: timings.backoffBaseMs,
    cap: timings.backoffCapMs,
    random: options.random ?? Math.random,
  })
  const stopping = new AbortController()
  let connection: Connection | undefined
  let running: Promise<void> | undefined
  let controlPlane: ReplicaClientState['controlPlane'] = null
  let connected = false
  let since = now()
  let lastError: ReplicaClientState['lastError'] = null
  let lastApplied: ReplicaClientState['lastApplied'] = null
  let refused: ReplicaClientState['refused'] = null
  let behindSince: number | null = null

  replica.onCorrupt(() => {
    const resync = sync.lost()
    void options.onApplied({ revision: replica.standing.revision, touched: 'all' })
    connection?.send(resync)
  })

  function failed(address: string, message: string): void {
    // One line per kind of trouble, not one per attempt.
    if (lastError?.message !== message) log.warn({ address, reason: message }, 'no connection to the control plane')
    lastError = { at: now(), message }
  }

  function noted(outcome: Outcome): void {
    if (outcome.kind === 'applied') {
      lastApplied = { at: now(), ms: outcome.ms }
      refused = null
      lastError = null
      backoff.reset()
    } else if (outcome.kind === 'refused') {
      refused = { revision: outcome.revision, errors: outcome.errors }
      log.error(
        { revision: outcome.revision, errors: outcome.errors },
        'a revision was refused; the one before is served on',
      )
    } else if (outcome.kind === 'mismatched') {
      log.error(
        { revision: replica.standing.revision },
        'what was received has another digest than the control plane gave',
      )
    }
    trackLag()
  }

  function trackLag(): void {
    const { head, standing } = sync
    const level = head === null || (head.history === standing.history && head.revision <= standing.revision)
    behindSince = level ? null : (behindSince ?? now())
  }

  async function connectTo(address: string): Promise<number> {
    const openedAt = now()
    try {
      const socket = await openControlPlaneSocket(source, address, timings.connectMs, stopping.signal)
      if (stopping.signal.aborted) {
        socket.terminate()
        return 0
      }
      connection = new Connection(socket, {
        replica,
        sync,
        check: options.check,
        onApplied: options.onApplied,
        now,
        self: options.self,
        heartbeatMs: timings.heartbeatMs,
        statusMs: timings.statusMs,
        onWelcome(welcome) {
          connected = true
          since = now()
          controlPlane = { address, id: welcome.node.id, version: welcome.node.version }
          log.info(
            { address, control_plane: welcome.node.id, revision: welcome.revision },
            'connected to the control plane',
          )
          trackLag()
        },
        onOutcome: noted,
      })
      const { reason, retryAfter } = await connection.ended
      if (!stopping.signal.aborted) failed(address, reason)
      return retryAfter
    } catch (error) {
      if (!stopping.signal.aborted) failed(address, error instanceof Error ? error.message : String(error))
      return 0
    } finally {
      connection = undefined
      if (connected) since = now()
      if (connected && since - openedAt >= timings.stableMs) backoff.reset()
      connected = false
    }
  }

  async function run(): Promise<void> {
    for (let attempt = 0; !stopping.signal.aborted; attempt++) {
      const retryAfter = await connectTo(addresses[attempt % addresses.length]!)
      await pause(backoff.next(retryAfter), stopping.signal)
    }
  }

  return {
    start() {
      running ??= run()
    },
    async stop() {
      const leaving = connection?.leave({
        type: 'bye',
        reason: 'shutdown',
        message: 'the data plane is stopping',
        retry_after: 0,
      })
      stopping.abort()
      await leaving
      await running
    },
    state() {
      trackLag()
      const { head, standing, receiving } = sync
      return {
        connected,
        controlPlane,
        since,
        lastError,
        standing,
        head,
        lagRevisions: behindSince === null || head === null ? 0 : Math.max(0, head.revision - standing.revision),
        lagMs: behindSince === null ? 0 : now() - behindSince,
        lastApplied,
        refused,
        receiving,
      }
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
