import type { MetricFamily, Series } from './exposition.ts'
import type { MetricKind, MetricsMessage } from './metrics.ts'

/** Families that somebody in the main thread works out when asked, e.g. connections or the health of targets. */
export type Collector = () => readonly MetricFamily[]

interface FamilyTotals {
  readonly name: string
  readonly help: string
  readonly kind: MetricKind
  readonly labels: readonly string[]
  readonly buckets: readonly number[]
  /** Counters and histograms of threads that are gone, so that what was counted stays counted. */
  readonly past: Map<string, { readonly values: readonly string[]; readonly numbers: number[] }>
}

interface LivingSeries {
  readonly family: FamilyTotals
  readonly key: string
  readonly values: readonly string[]
  readonly cells: Float64Array
}

interface Thread {
  readonly segments: SharedArrayBuffer[]
  readonly families: FamilyTotals[]
  readonly series: LivingSeries[]
}

/**
 * The main thread's side of metrics: knows where every thread's series lie and adds them up on a scrape. Counters never
 * decrease when a thread is replaced; a gauge of a thread that is gone is dropped.
 */
export class MetricsHub {
  readonly #families = new Map<string, FamilyTotals>()
  readonly #threads = new Map<number, Thread>()
  readonly #collectors = new Set<Collector>()

  /** Takes in what a thread said about its metrics. */
  attach(threadIndex: number, message: MetricsMessage): void {
    let thread = this.#threads.get(threadIndex)
    if (!thread) this.#threads.set(threadIndex, (thread = { segments: [], families: [], series: [] }))
    switch (message.type) {
      case 'segment':
        thread.segments[message.index] = message.memory
        return
      case 'family':
        thread.families[message.id] = this.#family(message)
        return
      case 'series': {
        const family = thread.families[message.family]
        const memory = thread.segments[message.segment]
        if (!family || !memory) throw new Error('a series came before its family or its memory')
        const cells = new Float64Array(memory, 8 * message.offset, cellsOf(family))
        thread.series.push({ family, key: JSON.stringify(message.values), values: message.values, cells })
        return
      }
      default:
        message satisfies never
    }
  }

  /** The thread has ended: keeps what it had counted. Call before a thread that takes its place says anything. */
  threadGone(threadIndex: number): void {
    const thread = this.#threads.get(threadIndex)
    this.#threads.delete(threadIndex)
    for (const one of thread?.series ?? []) if (one.family.kind !== 'gauge') addTo(one.family.past, one)
  }

  /** Whether a plugin on any thread has ever asked for this family; the sign that a collector's work is wanted. */
  knows(name: string): boolean {
    return this.#families.has(name)
  }

  /** Adds families worked out at each scrape. Returns what takes them away again. */
  addCollector(collector: Collector): () => void {
    this.#collectors.add(collector)
    return () => void this.#collectors.delete(collector)
  }

  /** Everything there is to tell, now. */
  collect(): MetricFamily[] {
    const totals = new Map<FamilyTotals, FamilyTotals['past']>()
    for (const family of this.#families.values()) {
      const sums: FamilyTotals['past'] = new Map()
      for (const [key, { values, numbers }] of family.past) sums.set(key, { values, numbers: [...numbers] })
      totals.set(family, sums)
    }
    for (const thread of this.#threads.values()) for (const one of thread.series) addTo(totals.get(one.family)!, one)

    const collected = [...totals].map(([{ name, help, kind, labels, buckets }, series]): MetricFamily => ({
      name,
      help,
      kind,
      labels,
      buckets,
      series: [...series.values()] satisfies Series[],
    }))
    for (const collector of this.#collectors) collected.push(...collector())
    return mergeByName(collected)
  }

  #family(message: MetricsMessage & { type: 'family' }): FamilyTotals {
    const { name, help, kind, labels, buckets } = message
    let family = this.#families.get(name)
    if (!family) this.#families.set(name, (family = { name, help, kind, labels, buckets, past: new Map() }))
    const same =
      JSON.stringify([family.kind, family.labels, family.buckets]) === JSON.stringify([kind, labels, buckets])
    if (!same) throw new Error(`metric '${name}' is defined in two ways`)
    return family
  }
}

function cellsOf(family: FamilyTotals): number {
  return family.kind === 'histogram' ? family.buckets.length + 2 : 1
}

function addTo(sums: FamilyTotals['past'], { key, values, cells }: LivingSeries): void {
  const known = sums.get(key)
  if (!known) sums.set(key, { values, numbers: [...cells] })
  else for (let i = 0; i < cells.length; i++) known.numbers[i]! += cells[i]!
}

/** A family that threads define and a collector fills is one family. */
function mergeByName(families: readonly MetricFamily[]): MetricFamily[] {
  const byName = new Map<string, MetricFamily>()
  for (const family of families) {
    const known = byName.get(family.name)
    byName.set(family.name, known ? { ...known, series: [...known.series, ...family.series] } : family)
  }
  return [...byName.values()]
}
