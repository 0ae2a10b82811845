import { configureHoldfast, holdfastCandidates } from '../candidates/holdfast.ts'
import { nginx } from '../candidates/nginx.ts'
import { fastGateway, fastifyHttpProxy } from '../candidates/node-gateway.ts'
import { startControlPlane } from '../holdfast/control-plane.ts'
import { chooseGenerator } from '../load/generator.ts'
import { isInstalled } from '../machine/cpus.ts'
import type { SectionRun } from '../sections.ts'
import { startUpstream } from '../upstream/upstream.ts'
import { reportThroughput } from './report.ts'
import { measureRounds } from './rounds.ts'

export async function runProxying({ bench, plan, say, print }: SectionRun): Promise<void> {
  const upstream = await startUpstream(bench)
  const generator = chooseGenerator()
  say('starting the control plane that configures Holdfast')
  const controlPlane = await startControlPlane(bench)
  await configureHoldfast(controlPlane, upstream)
  const hasNginx = isInstalled('nginx')
  const candidates = [...(hasNginx ? [nginx] : []), ...holdfastCandidates(controlPlane), fastGateway, fastifyHttpProxy]
  const measured = await measureRounds(bench, plan.proxying, upstream, generator, candidates, say)
  print(
    reportThroughput(measured, [
      `Load by ${generator.name} over ${plan.proxying.connections} connections, upstream ${upstream.name}; rounds of ${plan.proxying.roundSeconds} s: ${plan.proxying.rounds}.`,
      ...(hasNginx
        ? []
        : ['nginx is skipped: it is not installed (apt-get install nginx), so its ratios are missing.']),
    ]),
  )
}
