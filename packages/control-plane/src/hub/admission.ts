/** Lets a bounded number of holders in at a time, the others in the order in which they came. */
export class Admission {
  readonly #places: number
  readonly #waiting: (() => void)[] = []
  #inside = 0

  constructor(places: number) {
    this.#places = places
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Resolves to the function that gives the place back, or to `undefined` if `signal` was aborted while waiting. */
  async enter(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined
    if (this.#inside < this.#places) this.#inside += 1
    else if (!(await this.#wait(signal))) return undefined
    let inside = true
    return () => {
      if (!inside) return
      inside = false
      this.#leave()
    }
  }

  #wait(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const admitted = (): void => {
        signal.removeEventListener('abort', aborted)
        resolve(true)
      }
      const aborted = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(admitted), 1)
        resolve(false)
      }
      signal.addEventListener('abort', aborted, { once: true })
      this.#waiting.push(admitted)
    })
  }

  /** The place goes to the next in line without being free in between. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#inside -= 1
  }
}
