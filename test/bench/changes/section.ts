import { createAsk } from '../ask.ts'
import { configureHoldfast } from '../candidates/holdfast.ts'
import { startControlPlane } from '../holdfast/control-plane.ts'
import { startDataPlane } from '../holdfast/data-plane.ts'
import { giveWay } from '../machine/give-way.ts'
import { PATH } from '../request.ts'
import type { SectionRun } from '../sections.ts'
import { startUpstream } from '../upstream/upstream.ts'
import { untilRouted } from './change-to-effect.ts'
import { startRelay } from '../../support/relay.ts'
import { type EffectPlan, type Hybrid, measureEffect } from './measure-effect.ts'
import { measureSteady, type SteadyPlan } from './measure-steady.ts'
import { fillerName } from './filler-name.ts'
import { populate } from './populate.ts'
import { reportEffect, reportSteady, type SizedEffect } from './report.ts'

export interface ChangesPlan {
  /** Numbers of routes, growing. */
  readonly sizes: readonly number[]
  readonly effect: EffectPlan
  readonly steady: SteadyPlan
}

export async function runChanges({ bench, plan, say, print }: SectionRun): Promise<void> {
  const { sizes, effect, steady } = plan.changes
  say('starting a control plane, its database and a data plane')
  const upstream = await startUpstream(bench)
  const controlPlane = await startControlPlane(bench)
  const { admin, cluster } = controlPlane
  await configureHoldfast(controlPlane, upstream)
  const relay = await startRelay(controlPlane.clusterPort)
  bench.onEnd(() => relay.close())
  const ask = createAsk(bench)
  const dataPlane = await startDataPlane(bench, {
    name: 'changes',
    clusterPort: relay.port,
    cluster,
    path: PATH,
    ask,
  })
  const hybrid: Hybrid = { admin, ask, relay, port: dataPlane.port }

  const measured: SizedEffect[] = []
  let routes = 0
  for (const size of sizes) {
    say(`adding routes until there are ${size}`)
    await populate(admin, routes, size)
    routes = size
    await untilRouted(ask, hybrid.port, `/${fillerName(size - 1)}`)
    say(`changing a route ${effect.timed + effect.counted} times, of ${size}`)
    measured.push({ routes: size, effect: await measureEffect(hybrid, effect) })
  }
  print(reportEffect(measured))

  await giveWay(controlPlane.pid)
  const { port, program } = dataPlane
  const target = { port, adminUrl: controlPlane.adminUrl, routes, output: program.output }
  print(reportSteady(await measureSteady(bench, target, steady, say), steady, routes))
}
