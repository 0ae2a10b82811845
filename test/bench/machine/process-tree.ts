import { readdirSync, readFileSync } from 'node:fs'

/** The process and all its descendants, parents first; empty when it is gone. */
export function processTree(pid: number): number[] {
  return [pid, ...children(pid).flatMap(processTree)].filter(isRunning)
}

export function children(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((tid) =>
      readFileSync(`/proc/${pid}/task/${tid}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
