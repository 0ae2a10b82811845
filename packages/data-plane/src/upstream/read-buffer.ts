const smallest = 16 * 1024
const largest = 64 * 1024

/** The memory one connection reads into, over and over. Grows once a read has filled it. */
export class ReadBuffer {
  #buffer = Buffer.allocUnsafeSlow(smallest)
  #grow = false

  next(): Uint8Array {
    if (this.#grow) {
      this.#grow = false
      this.#buffer = Buffer.allocUnsafeSlow(largest)
    }
    return this.#buffer
  }

  filled(length: number): void {
    if (length === this.#buffer.length && length < largest) this.#grow = true
  }

  /** Somebody still refers to the bytes read last: read into other memory from now on. */
  giveAway(): void {
    this.#buffer = Buffer.allocUnsafeSlow(this.#buffer.length)
  }
}
