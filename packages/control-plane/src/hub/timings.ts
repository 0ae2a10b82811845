/** Milliseconds; the defaults are for production, tests shorten them. */
export interface HubTimings {
  /** Between pings; a data plane that was silent for a whole interval after one is given up. */
  readonly heartbeatMs: number
  /** From the connection to the hello. */
  readonly helloMs: number
  /** For a peer to take one chunk of a snapshot. */
  readonly chunkMs: number
  /** From our closing frame to the end of the connection. */
  readonly closeMs: number
  /** Between writes of the fleet's state. */
  readonly flushMs: number
  /** Between looks for data planes to forget. */
  readonly purgeMs: number
  /** Between looks at the certificate files. */
  readonly certificatesMs: number
  /** After which a data plane that does not fit may try again. */
  readonly incompatibleMs: number
  /** After which a data plane may try again when the database is away. */
  readonly unavailableMs: number
}

export const defaultTimings: HubTimings = {
  heartbeatMs: 15_000,
  helloMs: 10_000,
  chunkMs: 60_000,
  closeMs: 2_000,
  flushMs: 5_000,
  purgeMs: 60_000,
  certificatesMs: 5_000,
  incompatibleMs: 30_000,
  unavailableMs: 3_000,
}
