export interface BackoffOptions {
  /** Milliseconds of the first delay's upper bound. */
  readonly base: number
  /** Milliseconds that no delay exceeds. */
  readonly cap: number
  /** From 0 (included) to 1 (excluded). */
  readonly random: () => number
}

/** Delays between attempts: the bound doubles up to the cap, and each delay is drawn from all of it, so that a fleet spreads out. */
export class Backoff {
  readonly #options: BackoffOptions
  #attempts = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  /** Milliseconds to wait now, at least `atLeast`; that minimum is spread too, by up to half of itself. */
  next(atLeast = 0): number {
    const { base, cap, random } = this.#options
    const bound = Math.min(cap, base * 2 ** Math.min(this.#attempts, 30))
    this.#attempts += 1
    return atLeast * (1 + random() / 2) + random() * bound
  }

  /** After a success. */
  reset(): void {
    this.#attempts = 0
  }
}
