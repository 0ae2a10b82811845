/** Four 32-bit words that key the hash. The same on every thread of a process, unknown outside it. */
export type Seed = readonly [number, number, number, number]

/**
 * A 128-bit keyed fingerprint of a text, left in `words`. The same object is used for every call, so the hot path allocates
 * nothing.
 *
 * It is the permutation of HalfSipHash with one round per word and three at the end, keeping its whole state as the result:
 * clients choose part of a counter's name (a header, a path), and a plain multiply-and-xor hash would let them choose
 * names that meet.
 */
export class Fingerprint {
  readonly words = new Int32Array(4)
  readonly #seed: Seed

  constructor(seed: Seed) {
    this.#seed = seed
  }

  of(text: string): Int32Array {
    const { length } = text
    const seed = this.#seed
    let v0 = seed[0]
    let v1 = seed[1]
    let v2 = seed[2] ^ 0x6c796765
    let v3 = seed[3] ^ 0x74656462
    const whole = length & ~3
    for (let i = 0; i < length; i += 4) {
      const a = text.charCodeAt(i)
      let word = a
      if (i < whole) {
        const b = text.charCodeAt(i + 1)
        const c = text.charCodeAt(i + 2)
        const d = text.charCodeAt(i + 3)
        if ((a | b | c | d) > 0xff) return this.#ofWide(text)
        word = a | (b << 8) | (c << 16) | (d << 24)
      } else {
        const b = i + 1 < length ? text.charCodeAt(i + 1) : 0
        const c = i + 2 < length ? text.charCodeAt(i + 2) : 0
        if ((a | b | c) > 0xff) return this.#ofWide(text)
        word = a | (b << 8) | (c << 16)
      }
      v3 ^= word
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
      v0 ^= word
    }
    return this.#finish(v0, v1, v2, v3, length)
  }

  /** Texts with characters above U+00FF: two per word, and told apart from the others by the sign of the length. */
  #ofWide(text: string): Int32Array {
    const { length } = text
    let v0 = this.#seed[0]
    let v1 = this.#seed[1]
    let v2 = this.#seed[2] ^ 0x6c796765
    let v3 = this.#seed[3] ^ 0x74656462
    for (let i = 0; i < length; i += 2) {
      const word = text.charCodeAt(i) | (i + 1 < length ? text.charCodeAt(i + 1) << 16 : 0)
      v3 ^= word
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
      v0 ^= word
    }
    return this.#finish(v0, v1, v2, v3, ~length)
  }

  #finish(v0: number, v1: number, v2: number, v3: number, length: number): Int32Array {
    v3 ^= length
    v2 ^= 0xff
    for (let round = 0; round < 4; round++) {
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
    }
    const { words } = this
    words[0] = v0
    words[1] = v1
    words[2] = v2
    words[3] = v3
    return words
  }
}
