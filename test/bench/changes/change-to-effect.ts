import { setTimeout as delay } from 'node:timers/promises'
import type { Ask } from '../ask.ts'

export const EFFECT_WITHIN_MS = 30_000
const BETWEEN_LOOKS_MS = 1

/**
 * Asks the data plane until a new route answers.
 * @returns milliseconds until the answer arrived
 * @throws when the answer is anything but "no such route" or success, or does not change in time
 */
export async function untilRouted(ask: Ask, port: number, path: string): Promise<number> {
  const startedAt = performance.now()
  for (;;) {
    const { status, body } = await ask({ port, path })
    const elapsed = performance.now() - startedAt
    if (status === 200) return elapsed
    if (status !== 404) throw new Error(`The data plane answered ${path} with ${status} ${body}`)
    if (elapsed > EFFECT_WITHIN_MS) throw new Error(`${path} had no effect within ${EFFECT_WITHIN_MS / 1000} s`)
    await delay(BETWEEN_LOOKS_MS)
  }
}
