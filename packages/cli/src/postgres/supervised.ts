// An embedded PostgreSQL that is brought back when it ends without being asked to.
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { startPostgres, type PostgresOptions, type RunningPostgres } from './launcher.ts'

export interface SupervisedPostgres {
  /** How to reach it; the same after every restart. */
  readonly server: RunningPostgres
  stop(): Promise<void>
}

const LONGEST_PAUSE_MS = 30_000

export async function supervisePostgres(options: PostgresOptions, log: Logger): Promise<SupervisedPostgres> {
  const first = await startPostgres(options)
  const stopping = new AbortController()
  let current: RunningPostgres = first

  async function keepRunning(): Promise<void> {
    let pause = 500
    for (;;) {
      const started = Date.now()
      await current.ended
      if (stopping.signal.aborted) return
      log.error({ pid: current.pid }, 'the embedded PostgreSQL ended; starting it again')
      // Only one that served for a while earns a quick restart.
      pause = Date.now() - started > 60_000 ? 500 : Math.min(pause * 2, LONGEST_PAUSE_MS)
      current = await restart(pause)
    }
  }

  async function restart(pause: number): Promise<RunningPostgres> {
    for (let wait = pause; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
      await delay(wait, undefined, { signal: stopping.signal })
      try {
        return await startPostgres(options)
      } catch (error) {
        log.error({ err: error }, 'the embedded PostgreSQL does not start; trying again')
      }
    }
  }

  const keeping = keepRunning().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error
  })
  return {
    server: first,
    async stop() {
      stopping.abort()
      await current.stop()
      await keeping
    },
  }
}
