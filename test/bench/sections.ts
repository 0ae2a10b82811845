import { fastGateway, fastifyHttpProxy } from './candidates/node-gateway.ts'
import { nginx } from './candidates/nginx.ts'
import { chooseGenerator } from './load/generator.ts'
import { isInstalled } from './machine/cpus.ts'
import type { Section } from './options.ts'
import type { Plan } from './plan.ts'
import type { Table } from './table.ts'
import { reportThroughput } from './throughput/report.ts'
import { measureRounds } from './throughput/rounds.ts'
import { startUpstream } from './upstream/upstream.ts'
import type { Workbench } from './workbench.ts'

export interface Run {
  readonly bench: Workbench
  readonly plan: Plan
  readonly sections: readonly Section[]
  say(progress: string): void
  print(table: Table): void
}

export async function runSections(run: Run): Promise<void> {
  const { bench, plan, sections, say, print } = run
  if (sections.includes('proxying')) {
    const upstream = await startUpstream(bench)
    const generator = chooseGenerator()
    const hasNginx = isInstalled('nginx')
    const candidates = [...(hasNginx ? [nginx] : []), fastGateway, fastifyHttpProxy]
    const measured = await measureRounds(bench, plan.proxying, upstream, generator, candidates, say)
    print(reportThroughput(measured, [`Load by ${generator.name}, upstream ${upstream.name}.`]))
  }
}
