import { hexDigits, isValueByte } from './characters.ts'
import { HeaderLines } from './header-lines.ts'
import { scanHeaderLines } from './header-scan.ts'
import { headLimits } from './limits.ts'

const state = { size: 0, extension: 1, sizeLf: 2, data: 3, dataCr: 4, dataLf: 5, trailers: 6, done: 7 } as const

const lf = 10
const cr = 13
const semicolon = 59

/** The chunked transfer coding (RFC 9112 §7.1), read strictly: CRLF only, no space around sizes, bounded extensions and trailers. */
export class ChunkedDecoder {
  position = 0
  done = false
  trailers = ''
  #state: number = state.size
  #size = 0
  #digits = 0
  #extension = 0
  #tail: number[] = []

  /** As `BodyDecoder.decode`. */
  decode(bytes: Uint8Array, start: number, end: number): number {
    let position = start
    let write = start
    while (position < end) {
      switch (this.#state) {
        case state.data: {
          const length = Math.min(this.#size, end - position)
          if (write !== position) bytes.copyWithin(write, position, position + length)
          write += length
          position += length
          this.#size -= length
          if (this.#size === 0) this.#state = state.dataCr
          break
        }
        case state.trailers: {
          if (!this.#takeTrailer(bytes[position++]!)) return -1
          if (!this.done) break
          this.position = position
          return write - start
        }
        default:
          if (!this.#takeFrame(bytes[position++]!)) return -1
      }
    }
    this.position = position
    return write - start
  }

  /** One byte of a size line or of the line end after data; false if it may not stand there. */
  #takeFrame(byte: number): boolean {
    switch (this.#state) {
      case state.size: {
        const digit = hexDigits[byte]!
        if (digit < 16) {
          this.#size = this.#size * 16 + digit
          return ++this.#digits <= headLimits.chunkSizeDigits
        }
        if (this.#digits === 0) return false
        if (byte === cr) this.#state = state.sizeLf
        else if (byte === semicolon) this.#state = state.extension
        else return false
        return true
      }
      case state.extension:
        if (byte === cr) {
          this.#state = state.sizeLf
          return true
        }
        return isValueByte(byte) && ++this.#extension <= headLimits.chunkExtension
      case state.sizeLf:
        if (byte !== lf) return false
        this.#state = this.#size === 0 ? state.trailers : state.data
        this.#digits = 0
        this.#extension = 0
        return true
      case state.dataCr:
        this.#state = state.dataLf
        return byte === cr
      default:
        this.#state = state.size
        return byte === lf
    }
  }

  #takeTrailer(byte: number): boolean {
    const tail = this.#tail
    tail.push(byte)
    const length = tail.length
    if (length > headLimits.trailers) return false
    if (byte !== lf) return true
    if (length === 1 || tail[length - 2] !== cr) return false
    if (length !== 2 && !(tail[length - 3] === lf && tail[length - 4] === cr)) return true
    this.#state = state.done
    this.done = true
    if (length === 2) return true
    const section = Buffer.from(tail)
    if (scanHeaderLines(section, 0, 0, length, false) !== length) return false
    // What the engine acts on in a head means nothing here, and must mean nothing to whoever reads it next.
    const lines = HeaderLines.fromScan(section.toString('latin1'))
    for (let line = 0; line < lines.count; line++) {
      if (lines.id(line) === 0) this.trailers += lines.text.slice(lines.start(line), lines.end(line))
    }
    return true
  }
}
