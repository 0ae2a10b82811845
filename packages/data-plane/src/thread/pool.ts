/** The proxy threads of one data plane: starts them, tells them of revisions, replaces those that die. */
import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import type { FromThread, ThreadBirth, ToThread } from './protocol.ts'

/** A thread that lived shorter than this is replaced after a pause, so that one that cannot start does not burn the machine. */
const SHORT_LIFE_MS = 10_000
const LONGEST_PAUSE_MS = 5_000

export interface ThreadPoolOptions {
  readonly count: number
  birth(index: number): ThreadBirth
  /** What a thread needs to hear as soon as it lives: the revision that is current now, if any. */
  greeting(): ToThread | undefined
  onMessage(index: number, message: FromThread): void
  /** The thread is gone; everything it shared may be folded up. */
  onDeath(index: number): void
  readonly log: Logger
}

export interface ThreadPool {
  /** Resolves when every thread listens; rejects when the first start of one fails (a port in use, a bad certificate). */
  start(): Promise<void>
  broadcast(message: ToThread): void
  readonly living: readonly number[]
  /** Lets requests in flight finish, at most `timeoutMs`, then ends all threads. */
  drain(timeoutMs: number): Promise<void>
}

interface Seat {
  worker: Worker | undefined
  bornAt: number
  pauseMs: number
  timer: NodeJS.Timeout | undefined
}

export function createThreadPool(options: ThreadPoolOptions): ThreadPool {
  const { log } = options
  const seats: Seat[] = Array.from({ length: options.count }, () => ({
    worker: undefined,
    bornAt: 0,
    pauseMs: 0,
    timer: undefined,
  }))
  let ending = false

  function live(index: number, settled: { resolve(): void; reject(error: Error): void } | undefined): void {
    const seat = seats[index]!
    const worker = new Worker(new URL('./main.ts', import.meta.url), {
      workerData: options.birth(index),
      name: `proxy-${index}`,
    })
    seat.worker = worker
    seat.bornAt = performance.now()
    let first = settled
    let cause: Error | undefined

    worker.on('message', (message: FromThread) => {
      if (message.kind === 'listening') {
        first?.resolve()
        first = undefined
      } else if (message.kind === 'failed') {
        const { code, address, port } = message
        cause = Object.assign(new Error(message.message), { code, address, port })
      }
      options.onMessage(index, message)
    })
    worker.on('error', (error) => (cause ??= error as Error))
    worker.on('exit', (code) => {
      seat.worker = undefined
      options.onDeath(index)
      if (ending) return
      const error = cause ?? new Error(`proxy thread ${index} ended with code ${code}`)
      if (first) {
        first.reject(error)
        return
      }
      log.error({ thread: index, err: error }, 'a proxy thread died; replacing it')
      const shortLived = performance.now() - seat.bornAt < SHORT_LIFE_MS
      seat.pauseMs = shortLived ? Math.min(LONGEST_PAUSE_MS, Math.max(100, seat.pauseMs * 2)) : 0
      seat.timer = setTimeout(() => live(index, undefined), seat.pauseMs)
    })
    const greeting = options.greeting()
    if (greeting) worker.postMessage(greeting)
  }

  return {
    async start() {
      await Promise.all(
        seats.map((_, index) => new Promise<void>((resolve, reject) => live(index, { resolve, reject }))),
      )
    },
    broadcast(message) {
      for (const seat of seats) seat.worker?.postMessage(message)
    },
    get living() {
      return seats.flatMap((seat, index) => (seat.worker ? [index] : []))
    },
    async drain(timeoutMs) {
      ending = true
      for (const seat of seats) clearTimeout(seat.timer)
      await Promise.all(
        seats.flatMap(({ worker }) => {
          if (!worker) return []
          const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
          worker.postMessage({ kind: 'drain', timeoutMs } satisfies ToThread)
          // The thread ends itself once drained; one that hangs is ended a little after its time.
          const guard = setTimeout(() => void worker.terminate(), timeoutMs + 1_000)
          return [gone.finally(() => clearTimeout(guard))]
        }),
      )
    },
  }
}
