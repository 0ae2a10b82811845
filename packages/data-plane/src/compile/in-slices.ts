import { setImmediate as nextTurn } from 'node:timers/promises'

/** Longest time that a piece of background work may keep requests waiting, milliseconds. */
const sliceMs = 4

/** Takes all steps, and lets the event loop turn whenever a slice is used up. */
export async function inSlices(steps: Iterable<unknown>): Promise<void> {
  let sliceEnds = performance.now() + sliceMs
  for (const _step of steps) {
    if (performance.now() < sliceEnds) continue
    await nextTurn()
    sliceEnds = performance.now() + sliceMs
  }
}
