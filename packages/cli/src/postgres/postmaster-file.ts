// `postmaster.pid`, with which PostgreSQL says who serves a data folder and whether it is ready.
import { readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

export interface Postmaster {
  readonly pid: number
  readonly ready: boolean
}

/** What the file says; `undefined` when there is none. */
export function readPostmasterFile(dataDir: string): Postmaster | undefined {
  let lines: string[]
  try {
    lines = readFileSync(postmasterFile(dataDir), 'utf8').split('\n')
  } catch {
    return undefined
  }
  const pid = Number(lines[0])
  // The eighth line is the state that pg_ctl waits for.
  return Number.isInteger(pid) && pid > 0 ? { pid, ready: lines[7]?.trim() === 'ready' } : undefined
}

/**
 * Whether that process really is a PostgreSQL on this folder. After a power cut or in a new container the number in a left-over
 * file may belong to anybody, and PostgreSQL would then refuse to start for ever.
 */
export function servesFolder(pid: number, dataDir: string): boolean {
  try {
    // "<pid> (<command>) <state> …"; a dead one that nobody has reaped yet (state Z) serves nothing.
    if (!/^\d+ \(postgres\) [^ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return false
  } catch {
    return false
  }
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dataDir
  } catch {
    return true // Another user's PostgreSQL: its folder is not ours to see, so leave the decision to PostgreSQL.
  }
}

export function postmasterFile(dataDir: string): string {
  return join(dataDir, 'postmaster.pid')
}
