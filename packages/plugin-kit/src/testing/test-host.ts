import type { Entity, Row } from '@holdfast/entities'
import type { Host, Rows } from '../host.ts'
import { slot } from '../slot.ts'
import { TestCounters } from './test-counters.ts'
import { TestMetrics } from './test-metrics.ts'

export interface TestHostOptions {
  /** Rows by name of their entity; the arrays may be changed while the plugin runs. */
  readonly rows?: Readonly<Record<string, readonly object[]>>
  /** Milliseconds since the epoch at which the clock stands. */
  readonly now?: number
  readonly plugin?: Partial<Host['plugin']>
  /** Counters to share with another host, as instances in one gateway do. */
  readonly counters?: TestCounters
}

/** A data plane of arrays, with a clock that only the test moves. */
export class TestHost implements Host {
  readonly plugin: Host['plugin']
  readonly node = { id: '11111111-2222-4333-8444-555555555555', hostname: 'node.test', version: '0.0.0' }
  readonly counters: TestCounters
  readonly metrics = new TestMetrics()
  readonly logged: { readonly level: string; readonly fields: object; readonly message: string }[] = []
  readonly log: Host['log']
  readonly slot = slot
  readonly #rows: Readonly<Record<string, readonly object[]>>
  readonly #tasks: { readonly ms: number; readonly task: () => void; next: number }[] = []
  readonly #endings: (() => void)[] = []
  #now: number

  constructor({ rows = {}, now = Date.UTC(2026, 0, 1), plugin, counters = new TestCounters() }: TestHostOptions = {}) {
    this.plugin = { id: '99999999-0000-4000-8000-000000000001', name: 'test', instanceName: null, ...plugin }
    this.counters = counters
    this.#rows = rows
    this.#now = now
    const log = (level: string) => (fields: object, message: string) =>
      void this.logged.push({ level, fields, message })
    this.log = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
  }

  readonly now = (): number => this.#now

  /** Moves the clock and runs what fell due. */
  pass(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const due = this.#tasks.filter(({ next }) => next <= until).toSorted((a, b) => a.next - b.next)[0]
      if (!due) break
      this.#now = due.next
      due.next += due.ms
      due.task()
    }
    this.#now = until
  }

  rows<E extends Entity>(entity: E): Rows<Row<E>> {
    const all = () => (this.#rows[entity.name] ?? []) as readonly Row<E>[]
    return {
      byId: (id) => all().find((row) => row.id === id),
      by: (field, value) => all().find((row) => row[field] === value),
      childrenOf: (field, id) => all().filter((row) => (row[field] as { id: string } | null)?.id === id),
    }
  }

  every(ms: number, task: () => void): void {
    this.#tasks.push({ ms, task, next: this.#now + ms })
  }

  onDispose(dispose: () => void): void {
    this.#endings.push(dispose)
  }

  /** As when the plugin's row goes. */
  dispose(): void {
    this.#tasks.length = 0
    for (const end of this.#endings.splice(0)) end()
  }
}
