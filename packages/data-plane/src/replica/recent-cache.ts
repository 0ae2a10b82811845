/**
 * Keeps what was used recently, at most `max` values: two generations, of which the older one is dropped when the younger one is
 * full. A hit costs one map lookup, where an exact order of use would cost several writes; and this is on the way of every request.
 */
export class RecentCache<V extends {}> {
  readonly #perGeneration: number
  #young = new Map<string, V>()
  #old = new Map<string, V>()

  constructor(max: number) {
    this.#perGeneration = Math.max(1, Math.floor(max / 2))
  }

  get(key: string): V | undefined {
    const value = this.#young.get(key)
    if (value !== undefined) return value
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#perGeneration && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  delete(key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }
}
