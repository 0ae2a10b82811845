import { setTimeout as delay } from 'node:timers/promises'
import type { Relay } from '../../support/relay.ts'

/** Waits until nothing has passed the relay for `ms`. */
export async function silence({ bytes }: Relay, ms: number): Promise<void> {
  const count = () => bytes.toClient + bytes.toServer
  for (let before = NaN; before !== count();) {
    before = count()
    await delay(ms)
  }
}
