/** The service behind every candidate; the same one for all. */
import { isInstalled } from '../machine/cpus.ts'
import type { Workbench } from '../workbench.ts'
import { startNginxUpstream } from './nginx.ts'
import { startRawUpstream } from './raw.ts'

export interface Upstream {
  readonly name: string
  readonly port: number
  /** Requests answered so far: what a generator counted must have arrived here. */
  served(): Promise<number>
}

export function startUpstream(bench: Workbench): Promise<Upstream> {
  return isInstalled('nginx') ? startNginxUpstream(bench) : startRawUpstream(bench)
}
