import { readdirSync, writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { processTree } from './process-tree.ts'

/**
 * Lets a program and all it started run only when nothing else wants the CPU. A control plane and its database share theirs with
 * the load generator and the upstream, whose waiting would be taken for the data plane's.
 */
export async function giveWay(pid: number): Promise<void> {
  for (const each of processTree(pid)) {
    for (const tid of readdirSync(`/proc/${each}/task`)) setPriority(Number(tid), constants.priority.PRIORITY_LOW)
    await lowerAutogroup(each)
  }
}

/** Where the scheduler groups processes by session, priorities count only within the session, and the session has its own. */
async function lowerAutogroup(pid: number): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(`/proc/${pid}/autogroup`, String(constants.priority.PRIORITY_LOW))
      return
    } catch (error) {
      // Without privileges the kernel takes one such change in a tenth of a second; any other refusal means there are no groups.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
      await delay(110)
    }
  }
}
