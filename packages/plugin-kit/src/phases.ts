import type { Exchange } from './exchange.ts'
import type { Reply, Verdict } from './reply.ts'

/** Phases in the order a request meets them, with Kong's name and whether a step may answer the client itself. */
export const phaseTable = [
  // name            Kong's name       may reply
  ['rewrite', 'rewrite', true], //       before routing; only global plugins
  ['access', 'access', true],
  ['response', 'response', true], //     buffered answer of the upstream
  ['headerFilter', 'header_filter', false],
  ['bodyFilter', 'body_filter', false],
  ['log', 'log', false], //              after the last byte was sent
] as const

export type PhaseName = (typeof phaseTable)[number][0]

/**
 * What one plugin instance does. A phase that the configuration does not need is left out, so that it costs nothing.
 * `access` returns a promise only when it truly waits; the other replying phases likewise.
 */
export interface Phases {
  rewrite?(exchange: Exchange): Verdict | Promise<Verdict>
  access?(exchange: Exchange): Verdict | Promise<Verdict>
  /** Present only if the plugin needs the whole answer; the engine then buffers it. */
  response?(exchange: Exchange, body: Uint8Array): Reply | undefined | Promise<Reply | undefined>
  headerFilter?(exchange: Exchange): undefined
  /** Called for every piece; `last` exactly once, possibly with an empty chunk. Returns what to send on, or null for nothing. */
  bodyFilter?(exchange: Exchange, chunk: Uint8Array, last: boolean): Uint8Array | null
  log?(exchange: Exchange): undefined
}
