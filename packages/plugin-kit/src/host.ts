import type { Entity, Row } from '@holdfast/entities'
import type { Slot } from './slot.ts'

/** What the data plane offers to one configured plugin instance. */
export interface Host {
  readonly plugin: { readonly id: string; readonly name: string; readonly instanceName: string | null }
  readonly node: { readonly id: string; readonly hostname: string; readonly version: string }
  readonly log: Logger
  readonly counters: Counters
  readonly metrics: Metrics
  /** Milliseconds since the epoch; tests move it. */
  now(): number
  slot<T>(name: string): Slot<T>
  /** Rows of an entity as this data plane holds them now. Lookups are synchronous and cost microseconds. */
  rows<E extends Entity>(entity: E): Rows<Row<E>>
  /** Calls `task` every `ms` milliseconds until the instance is disposed. */
  every(ms: number, task: () => void): void
  /** Called once when the instance's row changed or went, or the data plane stops. */
  onDispose(dispose: () => void): void
}

export interface Rows<R> {
  byId(id: string): R | undefined
  /** By a unique field, e.g. `rows(keyauthCredentials).by('key', given)`. */
  by(uniqueField: keyof R & string, value: string): R | undefined
  /** Rows that refer to `id` by this foreign field, e.g. a consumer's acls. */
  childrenOf(foreignField: keyof R & string, id: string): readonly R[]
}

export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Counters that are one truth for all proxy threads. A counter is forgotten once it has expired. */
export interface Counters {
  /** Current value; 0 if absent or expired. */
  read(key: string, now: number): number
  /**
   * Adds atomically and returns the new value. The first addition starts the counter and sets when it expires (milliseconds since the epoch).
   * `amount` is an integer and may be negative.
   */
  add(key: string, amount: number, expiresAt: number, now: number): number
  /**
   * Counters of their own under this name, the same ones on every thread. Saves joining texts for every request: make one
   * for what changes seldom (the plugin, the window) and use what changes often (the client) as the key.
   */
  within(name: string): Counters
}

/**
 * Metrics in Prometheus' model. Getting a series is a map lookup by its label values, so a plugin keeps the ones it uses often;
 * adding to one is a store into memory that only this thread writes.
 */
export interface Metrics {
  counter(definition: MetricDefinition): Family<Counter>
  gauge(definition: MetricDefinition): Family<Gauge>
  histogram(definition: MetricDefinition & { readonly buckets: readonly number[] }): Family<Histogram>
}
export interface MetricDefinition {
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
}
export interface Family<M> {
  /** The series with these label values, in the order of the definition's `labels`. */
  with(...values: readonly string[]): M
}
export interface Counter {
  add(amount: number): void
}
export interface Gauge {
  set(value: number): void
}
export interface Histogram {
  observe(value: number): void
}
