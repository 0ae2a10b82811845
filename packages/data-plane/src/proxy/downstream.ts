import type { UpstreamConnection } from '../upstream/connection.ts'
import type { ConnectionLines } from './forwarded-headers.ts'
import type { ProxyExchange } from './exchange.ts'

/** Length of an answer's body where it is not a number of bytes. */
export const bodyLength = { unknown: -1, none: -2 } as const

/**
 * The client's side of an exchange: an HTTP/1.1 connection, or one stream of an HTTP/2 connection. Methods that take bytes return
 * true if they still refer to them afterwards.
 */
export interface Downstream {
  readonly ip: string
  readonly port: number
  /** Address from the PROXY protocol, if the listener reads it. */
  readonly proxiedIp: string | undefined
  readonly localIp: string
  readonly localPort: number
  /** Number of the connection on this thread, and of requests begun on it, both from 1. */
  readonly number: number
  readonly requests: number
  readonly scheme: 'http' | 'https'
  readonly forwarded: ConnectionLines
  /** TLS server name; empty without TLS. */
  readonly sni: string
  /** Whether bytes wait because the client does not keep up; `exchange.onClientWritable` is called when it does. */
  readonly full: boolean
  /** Sends `exchange.response`'s head, and `body` with it. `length` is the body's, or one of `bodyLength`; `last`: the answer ends here. */
  respond(exchange: ProxyExchange, length: number, body: Uint8Array | undefined, last: boolean): boolean
  sendBody(chunk: Uint8Array): boolean
  /** Ends an answer whose head did not say `last`. `trailers` is a list of header lines or empty. */
  endBody(trailers: string): void
  /** Cuts the answer short, in a way the client can see. */
  abort(): void
  /** Whether the client may be switched to another protocol. */
  readonly mayTunnel: boolean
  /** After a 101: bytes go both ways untouched. */
  tunnel(exchange: ProxyExchange, upstream: UpstreamConnection, first: Uint8Array | undefined): boolean
  sendTunnelBytes(chunk: Uint8Array): boolean
  endTunnel(): void
  /** The exchange is over; the next may begin. */
  done(exchange: ProxyExchange): void
}
