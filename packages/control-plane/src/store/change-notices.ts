/** Hears of commits by any control plane: at once through LISTEN, and by a slow clock should a notice be lost. */
import { Client } from 'pg'
import type { Logger } from 'pino'
import type { DatabaseConfig } from '../config.ts'
import { connectionOptions } from './database.ts'

export const COMMIT_CHANNEL = 'holdfast_commit'

const RECONNECT_MS = { first: 200, most: 5_000 }
/** How often the connection is asked whether it still lives; a peer that vanished says nothing by itself. */
const PROBE_MS = 10_000

export interface ChangeNotices {
  subscribe(wake: () => void): () => void
  /** Calls every subscriber. */
  wakeAll(): void
  close(): Promise<void>
}

export function createChangeNotices(config: DatabaseConfig, log: Logger, pollMs: number): ChangeNotices {
  const subscribers = new Set<() => void>()
  let client: Client | undefined
  let closed = false
  let retry: NodeJS.Timeout | undefined
  let retryMs = RECONNECT_MS.first

  const wakeAll = () => {
    for (const wake of subscribers) wake()
  }
  const poll = setInterval(wakeAll, pollMs)
  const probe = setInterval(() => {
    client?.query('select 1').catch((error: Error) => drop(client, error))
  }, PROBE_MS)
  void connect()

  async function connect(): Promise<void> {
    const mine = new Client(connectionOptions(config))
    client = mine
    mine.on('error', (error) => drop(mine, error))
    mine.on('end', () => drop(mine, new Error('the connection ended')))
    mine.on('notification', wakeAll)
    try {
      await mine.connect()
      await mine.query(`listen ${COMMIT_CHANNEL}`)
      retryMs = RECONNECT_MS.first
      // What was committed while nobody listened.
      wakeAll()
    } catch (error) {
      drop(mine, error)
    }
  }

  function drop(lost: Client | undefined, error: unknown): void {
    if (closed || lost === undefined || lost !== client) return
    client = undefined
    log.warn({ err: error, retry_ms: retryMs }, 'lost the connection that hears of configuration changes')
    lost.end().catch(() => {})
    retry = setTimeout(() => void connect(), retryMs)
    retryMs = Math.min(retryMs * 2, RECONNECT_MS.most)
  }

  return {
    subscribe(wake) {
      // A wrapper of its own, so that one function subscribed twice counts twice.
      const subscriber = () => wake()
      subscribers.add(subscriber)
      return () => subscribers.delete(subscriber)
    },
    wakeAll,
    async close() {
      closed = true
      clearInterval(poll)
      clearInterval(probe)
      clearTimeout(retry)
      subscribers.clear()
      await client?.end().catch(() => {})
    },
  }
}
