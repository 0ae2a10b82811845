/** What a peer may send in a message head, its chunks and its trailers. The first two are nginx's as Kong configures it. */
export const headLimits = {
  /** Bytes of one line: the request line (414 beyond) or a header line. */
  line: 8192,
  /** Bytes of the whole head. */
  head: 32768,
  /** Header lines. */
  headers: 1000,
  /** Bytes of the extensions of one chunk. */
  chunkExtension: 256,
  /** Hexadecimal digits of a chunk size. */
  chunkSizeDigits: 8,
  /** Bytes of the trailer section. */
  trailers: 8192,
} as const
