// `running.json` in the prefix: who runs there, for `health` and against a second start.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommandError } from '../command-error.ts'
import type { Settings } from '../settings/properties.ts'

export interface RunFile {
  readonly pid: number
  readonly role: Settings['role']
  /** `http://…` of the Admin API and the status API, where they are open. */
  readonly admin?: string | undefined
  readonly status?: string | undefined
}

/** Makes the prefix and claims it; the returned function lets go of it. */
export function claimPrefix(prefix: string, file: RunFile): () => void {
  makePrefix(prefix)
  const other = readRunFile(prefix)
  if (other !== undefined && other.pid !== process.pid && isRunning(other.pid)) {
    throw new CommandError(
      `A node already runs in ${prefix} (pid ${other.pid}): stop it first, or give this one another folder (--prefix; --state for the demo).`,
    )
  }
  writeFileSync(path(prefix), JSON.stringify(file), { mode: 0o600 })
  return () => {
    if (readRunFile(prefix)?.pid === file.pid) rmSync(path(prefix), { force: true })
  }
}

export function readRunFile(prefix: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(path(prefix), 'utf8')) as RunFile
  } catch {
    return undefined
  }
}

/** Whether a process with that number is one of ours; after a reboot the number may be anybody's. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  // Without /proc, as on macOS, the number alone must do.
  if (process.platform !== 'linux') return true
  try {
    const dead = /^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return !dead && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('main.ts')
  } catch {
    return false
  }
}

export function makePrefix(prefix: string): void {
  try {
    mkdirSync(prefix, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new CommandError(
      `prefix: ${prefix} cannot be made (${(cause as NodeJS.ErrnoException).code}): choose a folder that this user may write to.`,
      { cause },
    )
  }
}

function path(prefix: string): string {
  return join(prefix, 'running.json')
}
