import type { Revision } from '@holdfast/sync'
import type { Logger } from 'pino'
import { newConnectionStats, type ConnectionStats } from '../proxy/connection-stats.ts'
import type { MetricsHub } from '../shared/metrics-hub.ts'
import { AwaitedRevisions } from './awaited-revisions.ts'
import type { FromThread, ToThread } from './protocol.ts'

/** What one thread said when it was asked. */
export interface ThreadStats {
  readonly thread: number
  readonly stats: ConnectionStats
  readonly heapBytes: number
}

/** A thread that does not answer within this is left out: its loop is held up, and whoever asks should not be. */
const PATIENCE_MS = 500

/** Takes in what proxy threads tell the main thread. */
export class ThreadReports {
  /** Threads that serve a configuration. */
  readonly serving = new Set<number>()
  readonly #metrics: MetricsHub
  readonly #log: Logger
  readonly #asked = new Map<number, { readonly answers: ThreadStats[]; left: number; done(): void }>()
  #question = 0
  /** Counts of threads that are gone, so that totals never go back. */
  readonly past: ConnectionStats = newConnectionStats()
  readonly #awaited = new AwaitedRevisions()
  readonly #last = new Map<number, ConnectionStats>()

  constructor(metrics: MetricsHub, log: Logger) {
    this.#metrics = metrics
    this.#log = log
  }

  take(thread: number, message: FromThread): void {
    switch (message.kind) {
      case 'log':
        this.#log[message.level]({ thread, ...message.fields }, message.message)
        return
      case 'metrics':
        this.#metrics.attach(thread, message.message)
        return
      case 'compiled':
        this.serving.add(thread)
        this.#awaited.answered(thread, message.revision)
        this.#log.debug({ thread, revision: message.revision, ms: message.ms }, 'a revision is served')
        return
      case 'refused':
        this.#awaited.answered(thread, message.revision)
        this.#log.error(
          { thread, revision: message.revision, reason: message.reason },
          'a revision could not be compiled; the one before is served on',
        )
        return
      case 'stats': {
        this.#last.set(thread, message.stats)
        const asked = this.#asked.get(message.id)
        if (!asked) return
        asked.answers.push({ thread, stats: message.stats, heapBytes: message.heapBytes })
        asked.left -= 1
        if (asked.left === 0) asked.done()
        return
      }
      case 'listening':
      case 'failed':
        return
      default:
        message satisfies never
    }
  }

  /** Everything that was served was taken back. */
  nothingServed(): void {
    this.serving.clear()
  }

  /** Resolves when these threads serve the revision or have refused it, are gone, or did not answer in time. */
  settled(revision: Revision, threads: readonly number[]): Promise<void> {
    return this.#awaited.until(revision, threads)
  }

  threadGone(thread: number): void {
    this.serving.delete(thread)
    this.#awaited.gone(thread)
    this.#metrics.threadGone(thread)
    const last = this.#last.get(thread)
    this.#last.delete(thread)
    if (!last) return
    this.past.accepted += last.accepted
    this.past.handled += last.handled
    this.past.requests += last.requests
  }

  /** Asks every living thread how it is; resolves with the answers that came in time. */
  ask(broadcast: (message: ToThread) => void, living: readonly number[]): Promise<readonly ThreadStats[]> {
    const answers: ThreadStats[] = []
    if (living.length === 0) return Promise.resolve(answers)
    const id = this.#question++
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#asked.delete(id)
        resolve(answers)
      }
      const timer = setTimeout(done, PATIENCE_MS)
      this.#asked.set(id, { answers, left: living.length, done })
      broadcast({ kind: 'stats', id })
    })
  }
}
