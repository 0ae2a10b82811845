import type { Family, MetricDefinition, Metrics } from '../host.ts'

/** Metrics that a test reads back. */
export class TestMetrics implements Metrics {
  readonly #values = new Map<string, number[]>()
  readonly #names = new Set<string>()

  counter(definition: MetricDefinition): Family<{ add(amount: number): void }> {
    return this.#family(definition, (values) => ({ add: (amount) => void (values[0] = (values[0] ?? 0) + amount) }))
  }

  gauge(definition: MetricDefinition): Family<{ set(value: number): void }> {
    return this.#family(definition, (values) => ({ set: (value) => void (values[0] = value) }))
  }

  histogram(definition: MetricDefinition): Family<{ observe(value: number): void }> {
    return this.#family(definition, (values) => ({ observe: (value) => void values.push(value) }))
  }

  /** Names of the families that were asked for. */
  get families(): readonly string[] {
    return [...this.#names].toSorted()
  }

  /** The value of a counter or gauge, the observations of a histogram, by `name{label="value",…}`. */
  get all(): Readonly<Record<string, readonly number[]>> {
    return Object.fromEntries(this.#values)
  }

  #family<M>({ name, labels }: MetricDefinition, make: (values: number[]) => M): Family<M> {
    this.#names.add(name)
    const series = new Map<string, M>()
    return {
      with: (...given) => {
        if (given.length !== labels.length) throw new TypeError(`${name} has ${labels.length} labels`)
        const key = `${name}{${labels.map((label, i) => `${label}=${JSON.stringify(given[i])}`).join(',')}}`
        let found = series.get(key)
        if (!found) {
          const values = this.#values.get(key) ?? []
          this.#values.set(key, values)
          series.set(key, (found = make(values)))
        }
        return found
      },
    }
  }
}
