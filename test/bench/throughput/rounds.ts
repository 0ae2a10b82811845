/** All candidates in turn, again and again, so that what the machine does meanwhile meets them all. */
import type { Candidate, RunningCandidate } from '../candidates/candidate.ts'
import { refuseFaults } from '../load/check.ts'
import type { Generator } from '../load/generator.ts'
import { runRaw } from '../load/raw.ts'
import { cpuUse, readCpuTime } from '../machine/cpu-time.ts'
import { residentMemory } from '../machine/resident-memory.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { Workbench } from '../workbench.ts'

export interface RoundsPlan {
  readonly rounds: number
  readonly roundSeconds: number
  readonly warmUpSeconds: number
  readonly connections: number
}

/** One candidate in one round. */
export interface Sample {
  readonly requestsPerSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** CPU of the proxy for each request, microseconds. */
  readonly cpuPerRequest: number
  readonly threadCpuPerRequest: number
  /** Share of one CPU that the proxy used: below about 0.9, requests per second show the rig's limit, not the proxy's. */
  readonly utilisation: number
  readonly residentBytes: number
}

export interface Measured {
  readonly candidate: Candidate
  /** By round; the same index is the same round for all candidates. */
  readonly samples: readonly Sample[]
}

export async function measureRounds(
  bench: Workbench,
  plan: RoundsPlan,
  upstream: Upstream,
  generator: Generator,
  candidates: readonly Candidate[],
  say: (progress: string) => void,
): Promise<Measured[]> {
  const entries: { candidate: Candidate; running: RunningCandidate; samples: Sample[] }[] = []
  for (const candidate of candidates) {
    say(`starting ${candidate.name}`)
    entries.push({ candidate, running: await candidate.start(bench, upstream), samples: [] })
  }
  for (const { candidate, running } of entries) {
    say(`warming up ${candidate.name}, comparing every answer`)
    const { port, path } = running
    const report = await runRaw(bench, { port, path, connections: plan.connections, seconds: plan.warmUpSeconds })
    refuseFaults(candidate.name, report, running.output)
  }
  for (let round = 0; round < plan.rounds; round++) {
    const order = round % 2 === 0 ? entries : entries.toReversed()
    for (const { candidate, running, samples } of order) {
      say(`round ${round + 1} of ${plan.rounds}: ${candidate.name}`)
      samples.push(await measure(bench, plan, upstream, generator, candidate, running))
    }
  }
  return entries
}

async function measure(
  bench: Workbench,
  plan: RoundsPlan,
  upstream: Upstream,
  generator: Generator,
  candidate: Candidate,
  running: RunningCandidate,
): Promise<Sample> {
  const servedBefore = await upstream.served()
  const pids = running.pids()
  const before = readCpuTime(pids)
  const { port, path } = running
  const report = await generator.run(bench, { port, path, connections: plan.connections, seconds: plan.roundSeconds })
  const used = cpuUse(before, readCpuTime(pids))
  const served = (await upstream.served()) - servedBefore
  refuseFaults(candidate.name, report, running.output)
  if (served < report.requests) {
    throw new Error(`${candidate.name} answered ${report.requests} requests, but its upstream saw only ${served}.`)
  }
  return {
    requestsPerSecond: report.requests / report.seconds,
    p50: report.p50,
    p99: report.p99,
    cpuPerRequest: used.totalNs / 1000 / report.requests,
    threadCpuPerRequest: used.busiestThreadNs / 1000 / report.requests,
    utilisation: used.totalNs / 1e9 / report.seconds,
    residentBytes: residentMemory(pids),
  }
}
