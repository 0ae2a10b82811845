/** Allows a burst of messages and then so many per second. */
export class RateLimit {
  readonly #burst: number
  readonly #perSecond: number
  #left: number
  #at: number

  constructor(burst: number, perSecond: number, now: number) {
    this.#burst = burst
    this.#perSecond = perSecond
    this.#left = burst
    this.#at = now
  }

  take(now: number): boolean {
    const earned = (Math.max(0, now - this.#at) / 1000) * this.#perSecond
    this.#left = Math.min(this.#burst, this.#left + earned)
    this.#at = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }

  /** The last message does not count. */
  giveBack(): void {
    this.#left = Math.min(this.#burst, this.#left + 1)
  }
}
