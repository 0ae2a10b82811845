/** A gateway to be measured. */
import type { Upstream } from '../upstream/upstream.ts'
import type { Workbench } from '../workbench.ts'

export interface Candidate {
  readonly name: string
  /** What it is to the targets. */
  readonly kind: 'nginx' | 'holdfast-bare' | 'holdfast-plugins' | 'node-gateway'
  /** Starts it with one proxy thread on the proxy's CPU; ready when this resolves. The workbench stops it. */
  start(bench: Workbench, upstream: Upstream): Promise<RunningCandidate>
}

export interface RunningCandidate {
  readonly port: number
  readonly path: string
  /** The processes whose CPU and memory are its. */
  pids(): readonly number[]
  /** The end of its log, for when it fails. */
  output(): string
}
