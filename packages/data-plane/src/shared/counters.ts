import type { Counters } from '@holdfast/plugin-kit'
import { Fingerprint, type Seed } from './fingerprint.ts'

/*
 * A hash table in memory that all threads share, without locks: a thread may be ended at any instruction, and what it held
 * must not stop the others.
 *
 * A key belongs to one bucket of 16 slots. A bucket has one word: a bit for each slot that is in use (low half) and a
 * number that changes whenever one of these bits does (high half). A slot is
 *
 *   0 generation    odd while somebody fills it, even when it may be read
 *   1-4 fingerprint of the key
 *   5 value         offset by a number made from the generation
 *   6, 7 expiry     whole seconds, and milliseconds of the second
 *
 * To add to a key that is there: read the slot, make sure that its generation did not change meanwhile, and swap the value by
 * compare-and-exchange. The offset makes sure that the swap fails if the slot was given to another key in between.
 * To bring a key in: look for it under a bucket word, fill a slot that no bit names, and set its bit by compare-and-exchange
 * against that same word. If another thread changed the bucket meanwhile the exchange fails and the search begins
 * again: so a key never has two slots.
 */

const WAYS = 16
const CELLS = 8
const FINGERPRINT = 1
const VALUE = 5
const SECONDS = 6
const MILLISECONDS = 7
const LIVE = 0xffff
const VERSION_STEP = 0x1_0000

/** The last moment that fits into the cells, in the year 2106. */
const LATEST = 0xffff_ffff * 1000

const EVICTED = 0
const UNCOUNTED = 1

/** Times a thread begins again before it gives an addition up. Reached only if a bucket is full of slots that dead threads were filling. */
const PATIENCE = 10_000

/** What a thread needs to see the counters; survives `postMessage`. */
export interface CountersHandle {
  readonly memory: SharedArrayBuffer
  readonly buckets: number
  readonly seed: Seed
}

export interface CounterStats {
  /** Slots in use, of counters that have expired too. */
  readonly used: number
  /** Counters that were dropped before their time because their bucket was full. */
  readonly evicted: number
  /** Additions that were not counted. */
  readonly uncounted: number
}

/** Memory for about `capacity` counters (32 bytes each; the system hands pages out as they are touched). */
export function createCounters(capacity: number, seed: Seed): CountersHandle {
  const buckets = 2 ** Math.max(0, Math.ceil(Math.log2(capacity / WAYS)))
  return { memory: new SharedArrayBuffer(4 * (2 + buckets + buckets * WAYS * CELLS)), buckets, seed }
}

export function attachCounters(handle: CountersHandle): SharedCounters {
  return new SharedCounters(handle)
}

const ABSENT = -1
const CHANGED = -2

export class SharedCounters implements Counters {
  readonly #stats: Int32Array
  readonly #words: Int32Array
  readonly #cells: Int32Array
  readonly #mask: number
  readonly #fingerprint: Fingerprint
  // What `#find` saw in the slot it found.
  #generation = 0
  #value = 0
  #expiresAt = 0

  readonly #handle: CountersHandle

  constructor(handle: CountersHandle) {
    const { memory, buckets, seed } = handle
    this.#handle = handle
    this.#stats = new Int32Array(memory, 0, 2)
    this.#words = new Int32Array(memory, 8, buckets)
    this.#cells = new Int32Array(memory, 8 + 4 * buckets, buckets * WAYS * CELLS)
    this.#mask = buckets - 1
    this.#fingerprint = new Fingerprint(seed)
  }

  get stats(): CounterStats {
    let used = 0
    for (const word of this.#words) for (let live = word & LIVE; live !== 0; live &= live - 1) used += 1
    return {
      used,
      evicted: Atomics.load(this.#stats, EVICTED) >>> 0,
      uncounted: Atomics.load(this.#stats, UNCOUNTED) >>> 0,
    }
  }

  within(name: string): SharedCounters {
    const [a, b, c, d] = this.#fingerprint.of(name)
    return new SharedCounters({ ...this.#handle, seed: [a!, b!, c!, d!] })
  }

  read(key: string, now: number): number {
    const bucket = this.#fingerprint.of(key)[0]! & this.#mask
    for (;;) {
      const slot = this.#find(bucket, Atomics.load(this.#words, bucket))
      if (slot === CHANGED) continue
      return slot === ABSENT || this.#expiresAt <= now ? 0 : (this.#value - offset(this.#generation)) | 0
    }
  }

  add(key: string, amount: number, expiresAt: number, now: number): number {
    const bucket = this.#fingerprint.of(key)[0]! & this.#mask
    let filled = ABSENT
    let filling = 0
    for (let attempt = 0; attempt < PATIENCE; attempt++) {
      const word = Atomics.load(this.#words, bucket)
      const slot = this.#find(bucket, word)
      if (slot === CHANGED) continue
      if (slot !== ABSENT) {
        if (this.#expiresAt <= now) {
          this.#retire(bucket, word, slot)
          continue
        }
        const generation = this.#generation
        const next = (this.#value + amount) | 0
        const cell = this.#at(bucket, slot) + VALUE
        if (Atomics.compareExchange(this.#cells, cell, this.#value, next) !== this.#value) continue
        if (filled !== ABSENT) this.#open(bucket, filled, filling)
        return (next - offset(generation)) | 0
      }
      if (filled === ABSENT) {
        filled = this.#claim(bucket, word, now)
        if (filled !== ABSENT) {
          filling = this.#generation
          this.#fill(bucket, filled, filling, amount, expiresAt)
        }
        continue
      }
      const published = nextVersion(word) | (word & LIVE) | (1 << filled)
      if (Atomics.compareExchange(this.#words, bucket, word, published) !== word) continue
      this.#open(bucket, filled, filling)
      return amount
    }
    if (filled !== ABSENT) this.#open(bucket, filled, filling)
    Atomics.add(this.#stats, UNCOUNTED, 1)
    return amount
  }

  #at(bucket: number, slot: number): number {
    return (bucket * WAYS + slot) * CELLS
  }

  /** The slot that holds the fingerprint, among those that `word` names. */
  #find(bucket: number, word: number): number {
    const cells = this.#cells
    const { words } = this.#fingerprint
    const first = words[0]!
    for (let live = word & LIVE; live !== 0; live &= live - 1) {
      const slot = 31 - Math.clz32(live & -live)
      const at = this.#at(bucket, slot)
      if (Atomics.load(cells, at + FINGERPRINT) !== first) continue
      if (!this.#read(bucket, slot)) return CHANGED
      if (
        cells[at + FINGERPRINT] === first &&
        cells[at + FINGERPRINT + 1] === words[1] &&
        cells[at + FINGERPRINT + 2] === words[2] &&
        cells[at + FINGERPRINT + 3] === words[3]
      ) {
        // The comparison above and the reading before it were of one generation only if it is still the same.
        return Atomics.load(cells, at) === this.#generation ? slot : CHANGED
      }
    }
    return ABSENT
  }

  /** Reads a slot that is in use; false if it changed meanwhile. */
  #read(bucket: number, slot: number): boolean {
    const cells = this.#cells
    const at = this.#at(bucket, slot)
    let generation = Atomics.load(cells, at)
    if ((generation & 1) === 1) {
      // Odd and named by the bucket's word: it is filled, and whoever did it has not come round to saying so.
      if ((Atomics.load(this.#words, bucket) & (1 << slot)) === 0) return false
      Atomics.compareExchange(cells, at, generation, (generation + 1) | 0)
      generation = (generation + 1) | 0
    }
    this.#generation = generation
    this.#value = Atomics.load(cells, at + VALUE)
    this.#expiresAt = (Atomics.load(cells, at + SECONDS) >>> 0) * 1000 + Atomics.load(cells, at + MILLISECONDS)
    return Atomics.load(cells, at) === generation
  }

  /**
   * Takes a slot of the bucket for filling and leaves its generation in `#generation`; `ABSENT` if something changed, so
   * that the search must begin again.
   */
  #claim(bucket: number, word: number, now: number): number {
    const cells = this.#cells
    for (let free = ~word & LIVE; free !== 0; free &= free - 1) {
      const slot = 31 - Math.clz32(free & -free)
      const at = this.#at(bucket, slot)
      const generation = Atomics.load(cells, at)
      if ((generation & 1) === 1) continue
      // Only a slot whose bit is clear after its generation was read can be taken at that generation.
      if ((Atomics.load(this.#words, bucket) & (1 << slot)) !== 0) return ABSENT
      if (Atomics.compareExchange(cells, at, generation, (generation + 1) | 0) !== generation) continue
      this.#generation = (generation + 1) | 0
      return slot
    }
    let victim = ABSENT
    let soonest = Infinity
    for (let live = word & LIVE; live !== 0; live &= live - 1) {
      const slot = 31 - Math.clz32(live & -live)
      if (!this.#read(bucket, slot)) return ABSENT
      if (this.#expiresAt < soonest) {
        soonest = this.#expiresAt
        victim = slot
      }
    }
    if (victim !== ABSENT && this.#retire(bucket, word, victim) && soonest > now) Atomics.add(this.#stats, EVICTED, 1)
    return ABSENT
  }

  #fill(bucket: number, slot: number, filling: number, amount: number, expiresAt: number): void {
    const cells = this.#cells
    const { words } = this.#fingerprint
    const at = this.#at(bucket, slot)
    const end = Math.min(expiresAt, LATEST)
    for (let i = 0; i < 4; i++) Atomics.store(cells, at + FINGERPRINT + i, words[i]!)
    Atomics.store(cells, at + VALUE, (offset((filling + 1) | 0) + amount) | 0)
    Atomics.store(cells, at + SECONDS, Math.floor(end / 1000) | 0)
    Atomics.store(cells, at + MILLISECONDS, end % 1000)
  }

  /** Ends the filling of a slot, unless another thread that met it in use has already done so. */
  #open(bucket: number, slot: number, filling: number): void {
    Atomics.compareExchange(this.#cells, this.#at(bucket, slot), filling, (filling + 1) | 0)
  }

  #retire(bucket: number, word: number, slot: number): boolean {
    const without = nextVersion(word) | (word & LIVE & ~(1 << slot))
    return Atomics.compareExchange(this.#words, bucket, word, without) === word
  }
}

function nextVersion(word: number): number {
  return (word & ~LIVE) + VERSION_STEP
}

/** A different number for every generation, so far apart that a value of one is never the value of the next. */
function offset(generation: number): number {
  return Math.imul(generation, 0x9e3779b1)
}
