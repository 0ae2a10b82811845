/**
 * Requests at a fixed rate, whatever the target does: one that is due while all connections wait is queued, and its waiting
 * counts. So a target that stalls is charged for everybody who would have come meanwhile (no "coordinated omission").
 */
import { type Connection, openConnection, type Target } from './connection.ts'
import { percentile } from '../statistics.ts'
import { createTally, type LoadReport } from './tally.ts'

export interface OpenLoop {
  readonly connections: number
  readonly seconds: number
  /** Requests per second. */
  readonly rate: number
}

export interface OpenLoopReport extends LoadReport {
  /** How late the generator itself was, 99th percentile in ms: it wakes once a millisecond, and more is the machine's noise. */
  readonly latenessP99: number
}

/** How long answers may take after the last request was due. */
const LAST_ANSWERS_MS = 5_000
const OPEN_WITHIN_MS = 5_000

export async function runOpenLoop(target: Target, { connections, seconds, rate }: OpenLoop): Promise<OpenLoopReport> {
  const tally = createTally()
  const lateness: number[] = []
  const idle: Connection[] = []
  /** When each request became due that no connection has taken yet. */
  const queue: number[] = []
  const total = Math.round(rate * seconds)
  let settled = 0
  let opening = connections
  const allSettled = Promise.withResolvers<void>()
  const allOpen = Promise.withResolvers<void>()

  function settle(): void {
    settled += 1
    if (settled === total) allSettled.resolve()
  }

  const opened = Array.from({ length: connections }, () =>
    openConnection(target, {
      onIdle(connection) {
        if (opening > 0 && --opening === 0) allOpen.resolve()
        const dueAt = queue.shift()
        if (dueAt === undefined) idle.push(connection)
        else send(connection, dueAt)
      },
      onLost(connection) {
        idle.splice(idle.indexOf(connection), 1)
      },
      onAnswer(connection) {
        tally.answered(performance.now() - connection.dueAt)
        settle()
      },
      onFault(reason) {
        tally.fault(reason)
        settle()
      },
    }),
  )

  await within(OPEN_WITHIN_MS, allOpen.promise)
  const startedAt = performance.now()
  let issued = 0
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now()
      for (; issued < total && startedAt + (issued / rate) * 1000 <= now; issued++) {
        lateness.push(now - (startedAt + (issued / rate) * 1000))
        const connection = idle.shift()
        if (connection) send(connection, now)
        else queue.push(now)
      }
      if (issued < total) return
      clearInterval(timer)
      resolve()
    }, 1)
  })
  await within(LAST_ANSWERS_MS, allSettled.promise)
  for (const connection of opened) connection.close()
  for (let n = settled; n < total; n++) tally.fault(`no answer within ${LAST_ANSWERS_MS / 1000} s of the end`)
  return { ...tally.report(seconds), latenessP99: percentile(lateness, 0.99) }
}

/** Waits at most `ms`; what did not happen by then shows in the tally. */
async function within(ms: number, happening: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([happening, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))])
  clearTimeout(timer)
}

function send(connection: Connection, dueAt: number): void {
  connection.dueAt = dueAt
  connection.send()
}
