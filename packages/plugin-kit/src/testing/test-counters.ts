import type { Counters } from '../host.ts'

/** Counters of one thread; those `within` a name share this map, so that instances see each other's as they do in a gateway. */
export class TestCounters implements Counters {
  readonly #values: Map<string, { value: number; readonly expiresAt: number }>
  readonly #prefix: string

  constructor(values = new Map<string, { value: number; readonly expiresAt: number }>(), prefix = '') {
    this.#values = values
    this.#prefix = prefix
  }

  read(key: string, now: number): number {
    const found = this.#values.get(this.#prefix + key)
    return found && found.expiresAt > now ? found.value : 0
  }

  add(key: string, amount: number, expiresAt: number, now: number): number {
    const found = this.#values.get(this.#prefix + key)
    if (found && found.expiresAt > now) return (found.value += amount)
    this.#values.set(this.#prefix + key, { value: amount, expiresAt })
    return amount
  }

  within(name: string): TestCounters {
    return new TestCounters(this.#values, `${this.#prefix}${JSON.stringify(name)}/`)
  }
}
