/** As many requests as the target answers: each connection sends the next one when the last is answered. */
import { type Connection, openConnection, type Target } from './connection.ts'
import { createTally, type LoadReport } from './tally.ts'

export interface ClosedLoop {
  readonly connections: number
  readonly seconds: number
}

export async function runClosedLoop(target: Target, { connections, seconds }: ClosedLoop): Promise<LoadReport> {
  const tally = createTally()
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  const opened: Connection[] = []
  for (let n = 0; n < connections; n++) {
    opened.push(
      openConnection(target, {
        onIdle(connection) {
          connection.dueAt = performance.now()
          if (connection.dueAt < endsAt) connection.send()
        },
        onLost() {},
        onAnswer(connection) {
          const now = performance.now()
          if (now < endsAt) tally.answered(now - connection.dueAt)
        },
        onFault: tally.fault,
      }),
    )
  }
  await new Promise((resolve) => setTimeout(resolve, endsAt - performance.now()))
  for (const connection of opened) connection.close()
  return tally.report(seconds)
}
