import { performance } from 'node:perf_hooks'

/** Something with a time limit. `sweep` is called now and then and compares for itself. */
export interface Swept {
  /** `now` is `performance.now()`. */
  sweep(now: number): void
}

/** One timer for many time limits: a limit costs a store into a field, not a timer per socket. Limits are kept to within `everyMs`. */
export class DeadlineSweep {
  /** `performance.now()` at the last look: a clock that costs nothing to read. Never ahead, and behind by `everyMs` at most. */
  now = 0
  /** How often limits are looked at, milliseconds. */
  readonly everyMs: number
  readonly #members = new Set<Swept>()
  #timer: NodeJS.Timeout | undefined

  /** A moment that is `ms` away at the least, and by one look more at the most. */
  after(ms: number): number {
    return this.now + this.everyMs + ms
  }

  constructor(everyMs: number) {
    this.everyMs = everyMs
  }

  add(member: Swept): void {
    this.#members.add(member)
    if (this.#timer === undefined) this.now = performance.now()
    this.#timer ??= setInterval(this.#run, this.everyMs).unref()
  }

  delete(member: Swept): void {
    this.#members.delete(member)
    if (this.#members.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  readonly #run = (): void => {
    this.now = performance.now()
    for (const member of this.#members) member.sweep(this.now)
  }
}
