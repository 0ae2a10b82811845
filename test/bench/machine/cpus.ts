/** Which CPU does what. The proxy has one to itself; everything else shares the other, as the targets were written for. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Cpus {
  readonly proxy: number | undefined
  readonly rest: number | undefined
  /** One line for the report. */
  readonly note: string
}

const UNPINNED = { proxy: undefined, rest: undefined }

export function chooseCpus(): Cpus {
  const allowed = parseCpuList(
    /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '',
  )
  const [proxy, rest] = allowed
  if (proxy === undefined || rest === undefined) {
    return { ...UNPINNED, note: 'Not pinned: there is only one CPU, so proxy and load disturb each other.' }
  }
  if (!isInstalled('taskset')) {
    return {
      ...UNPINNED,
      note: 'Not pinned: taskset is not installed (util-linux), so proxy and load disturb each other.',
    }
  }
  return { proxy, rest, note: `Proxy pinned to CPU ${proxy}; load generator, upstream and all else to CPU ${rest}.` }
}

/** Moves this process, and so what it starts from now on, to the CPU that is not the proxy's. */
export function moveAside(cpus: Cpus): void {
  if (cpus.rest !== undefined) {
    execFileSync('taskset', ['-acp', String(cpus.rest), String(process.pid)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }
}

/** `0-1,4` → 0, 1, 4. */
export function parseCpuList(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-')
    if (!first || last === undefined) return []
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index)
  })
}

export function isInstalled(program: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v "$1"`, 'sh', program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
