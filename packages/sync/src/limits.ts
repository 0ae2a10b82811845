/** The most one end accepts from the other. Anything larger is a `protocol error`, told before memory is spent on it. */
export const limits = {
  /** Bytes of a frame as it travels. */
  controlPlaneFrame: 32 * 1024 * 1024,
  dataPlaneFrame: 256 * 1024,
  /** Bytes of a frame's message after decompression. */
  controlPlaneMessage: 128 * 1024 * 1024,
  dataPlaneMessage: 1024 * 1024,
  /** Changes in one delta; what needs more is sent as a snapshot. */
  deltaChanges: 20_000,
  /** Bytes of a delta before compression; as above. */
  deltaBytes: 32 * 1024 * 1024,
  /** Rows, and about how many bytes before compression, that one chunk of a snapshot holds. */
  chunkRows: 1000,
  chunkBytes: 2 * 1024 * 1024,
  plugins: 1000,
  labels: 100,
  /** Errors told in one nack. */
  errors: 100,
  /** Characters of names, versions and the like. */
  name: 255,
  /** Characters of a text for people. */
  text: 4096,
} as const
