import { readFileSync } from 'node:fs'

/** Resident memory of the processes together, bytes. Pages that they share count once for each. */
export function residentMemory(pids: readonly number[]): number {
  let kilobytes = 0
  for (const pid of pids) {
    kilobytes += Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  }
  return kilobytes * 1024
}
