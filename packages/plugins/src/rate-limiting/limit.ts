import type { Counters } from '@holdfast/plugin-kit'
import { windowAt, type Period } from './windows.ts'

/** One configured limit and the counters of its present window. */
export class Limit {
  readonly period: Period
  /** Requests that may pass in one window. Kong takes fractions; the request that begins within the last one passes. */
  readonly most: number
  readonly #all: Counters
  #start = 0
  #end = 0
  #named: Counters
  #byAddress: Counters

  constructor(period: Period, most: number, counters: Counters) {
    this.period = period
    this.most = most
    this.#all = this.#named = this.#byAddress = counters
  }

  /** Moves to the window that `now` lies in. Call before anything else for a request. */
  moveTo(now: number): void {
    if (now < this.#end && now >= this.#start) return
    const { start, end } = windowAt(this.period, now)
    this.#start = start
    this.#end = end
    const counters = this.#all.within(`${this.period} ${start}`)
    this.#named = counters.within('named')
    this.#byAddress = counters.within('address')
  }

  /** Counts `amount` requests and returns how many there are in the window. A name and an address that read alike are two. */
  count(name: string | undefined, address: string, amount: number, now: number): number {
    return name === undefined
      ? this.#byAddress.add(address, amount, this.#end, now)
      : this.#named.add(name, amount, this.#end, now)
  }

  used(name: string | undefined, address: string, now: number): number {
    return name === undefined ? this.#byAddress.read(address, now) : this.#named.read(name, now)
  }

  /** Whole seconds until the next window, at least 1. */
  secondsLeft(now: number): number {
    return Math.max(1, this.#end / 1000 - Math.floor(now / 1000))
  }
}
