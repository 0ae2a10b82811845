/** Work that is done again and again beside everything else. */
import type { Logger } from 'pino'

export interface BackgroundTask {
  /** Resolves when a run that is under way has ended. */
  stop(): Promise<void>
}

/** Runs `task` every `everyMs`, one run at a time. A failure is logged once, and again when it works anew. */
export function runInBackground(
  subject: string,
  everyMs: number,
  task: () => Promise<unknown>,
  log: Logger,
): BackgroundTask {
  let running: Promise<void> | undefined
  let failing = false
  const timer = setInterval(() => {
    running ??= run()
  }, everyMs)

  async function run(): Promise<void> {
    try {
      await task()
      if (failing) log.info({ subject }, 'background work goes on')
      failing = false
    } catch (error) {
      if (!failing) log.warn({ err: error, subject }, 'background work failed; it is tried again')
      failing = true
    } finally {
      running = undefined
    }
  }

  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
