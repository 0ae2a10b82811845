import { runChanges } from './changes/section.ts'
import type { Section } from './options.ts'
import type { Plan } from './plan.ts'
import { runRouter } from './router-section.ts'
import type { Table } from './table.ts'
import { runProxying } from './throughput/section.ts'
import type { Workbench } from './workbench.ts'

export interface SectionRun {
  /** Its own: what the section starts is stopped when it ends. */
  readonly bench: Workbench
  readonly plan: Plan
  say(progress: string): void
  print(table: Table): void
  /** Text that is no table of ours, as it is. */
  printText(title: string, text: string): void
}

export const runSection: Readonly<Record<Section, (run: SectionRun) => Promise<void>>> = {
  proxying: runProxying,
  changes: runChanges,
  router: runRouter,
}
