/** CPU time of processes by thread, from Linux's scheduler. */
import { readdirSync, readFileSync } from 'node:fs'

/** Nanoseconds that each thread has run, by `<pid>/<tid>`. */
export type CpuReading = ReadonlyMap<string, number>

export interface CpuUse {
  readonly totalNs: number
  /** Of the thread that ran most: a gateway's proxy thread, where a single one is loaded. */
  readonly busiestThreadNs: number
}

export function readCpuTime(pids: readonly number[]): CpuReading {
  const reading = new Map<string, number>()
  for (const pid of pids) {
    for (const tid of readdirSync(`/proc/${pid}/task`)) {
      const ns = threadNs(`/proc/${pid}/task/${tid}`)
      if (ns !== undefined) reading.set(`${pid}/${tid}`, ns)
    }
  }
  return reading
}

/** A thread that ended between the readings is missed; the candidates here keep theirs. */
export function cpuUse(before: CpuReading, after: CpuReading): CpuUse {
  const used = [...after].map(([thread, ns]) => ns - (before.get(thread) ?? 0))
  return { totalNs: used.reduce((sum, ns) => sum + ns, 0), busiestThreadNs: Math.max(0, ...used) }
}

function threadNs(folder: string): number | undefined {
  try {
    return Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0])
  } catch {
    return ticksNs(folder)
  }
}

/** For kernels without scheduler statistics: ticks of 10 ms. Undefined when the thread ended meanwhile. */
function ticksNs(folder: string): number | undefined {
  try {
    // The name, in parentheses, may hold anything; fields are counted behind it.
    const fields = readFileSync(`${folder}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10_000_000
  } catch {
    return undefined
  }
}
