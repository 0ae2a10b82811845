import { setTimeout as delay } from 'node:timers/promises'

/** Polls until `probe` answers something other than undefined or false; what it last threw or answered is in the error. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 20_000,
): Promise<T> {
  const end = performance.now() + timeoutMs
  let last: unknown
  for (;;) {
    try {
      const answer = await probe()
      if (answer !== undefined && answer !== false) return answer
      last = answer
    } catch (error) {
      last = error
    }
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}`, { cause: last })
    await delay(25)
  }
}
