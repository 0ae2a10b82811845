import type { Framing } from './framing.ts'
import { ChunkedDecoder } from './chunked-decoder.ts'

/** Finds the payload of one message body in the bytes of a connection, whatever its framing. */
export class BodyDecoder {
  /** Where the bytes that were not taken begin, after `decode`. */
  position = 0
  done = true
  #kind: Framing['kind'] = 'none'
  #left = 0
  #chunked: ChunkedDecoder | undefined

  begin(framing: Framing): void {
    this.#kind = framing.kind
    this.#left = framing.length
    this.done = framing.kind === 'none' || framing.length === 0
    if (framing.kind === 'chunked') this.#chunked = new ChunkedDecoder()
    else this.#chunked = undefined
  }

  /**
   * Takes bytes from `start` to `end` and returns the number of payload bytes, which then lie at `start` (chunked payload is moved
   * together in place, so the buffer must be the caller's). -1 if the framing is broken.
   */
  decode(bytes: Uint8Array, start: number, end: number): number {
    switch (this.#kind) {
      case 'none':
        this.position = start
        return 0
      case 'close':
        this.position = end
        return end - start
      case 'length': {
        const length = Math.min(this.#left, end - start)
        this.#left -= length
        this.done = this.#left === 0
        this.position = start + length
        return length
      }
      case 'chunked': {
        const chunked = this.#chunked!
        const length = chunked.decode(bytes, start, end)
        this.position = chunked.position
        this.done = chunked.done
        return length
      }
    }
  }

  /** The peer closed its side: whether that was the end of the body. */
  endOfInput(): boolean {
    if (this.#kind === 'close') this.done = true
    return this.done
  }

  /** Bytes still to come, if that is known. */
  get left(): number | undefined {
    return this.#kind === 'length' ? this.#left : undefined
  }

  /** The trailer section as it came, without the empty line; empty if there was none. */
  get trailers(): string {
    return this.#chunked?.trailers ?? ''
  }
}
