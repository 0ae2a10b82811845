import type { Consumer, Route, Service } from '@holdfast/entities'
import type { Slot } from './slot.ts'

/** One request through the gateway and its answer. Made by the engine; plugins only meet it through this interface. */
export interface Exchange {
  /** 32 hex digits; sent as `X-Kong-Request-Id` and quoted in error bodies. */
  readonly id: string
  readonly request: ClientRequest
  /** What will be sent to the service; changes here never touch `request`. */
  readonly upstream: UpstreamRequest
  /** The answer on its way to the client. Meaningful from the `headerFilter` phase on. */
  readonly response: ClientResponse
  readonly client: Client
  readonly route: Route | null
  readonly service: Service | null
  /** Set by an authentication plugin through `authenticate`. */
  readonly consumer: Consumer | null
  readonly credential: Credential | null
  readonly timing: Timing
  /** What the route's regular expression captured in the path, by name and by number (`'0'` is the whole match); `undefined` without one. */
  readonly captures: Readonly<Record<string, string>> | undefined

  /** Records who the client is, for later plugins and for consumer-scoped ones. Either part may be null. */
  authenticate(consumer: Consumer | null, credential: Credential | null): void
  /** What a plugin stored under this slot for this request, or `undefined`. */
  read<T>(slot: Slot<T>): T | undefined
  write<T>(slot: Slot<T>, value: T): void
}

/** The part of a credential row that later phases may use; `id` is null for credentials that are not rows. */
export interface Credential {
  readonly id: string | null
  readonly consumer?: { readonly id: string } | null
}

/** The request as the client sent it. Header names are given in lower case; values are latin1 text as on the wire. */
export interface ClientRequest {
  readonly method: string
  /** Path and query exactly as received. */
  readonly target: string
  /** The path as received, without query. */
  readonly rawPath: string
  /** The path the router matched: percent-decoded where Kong decodes, dot segments and doubled slashes removed. */
  readonly path: string
  /** The query string without its `?`; empty if there is none. */
  readonly query: string
  /** Host without port, lower case; empty if the request had none. */
  readonly host: string
  /** The port the client connected to. */
  readonly port: number
  readonly scheme: 'http' | 'https'
  readonly httpVersion: '1.0' | '1.1' | '2'
  /** First value of a header, or `undefined`. */
  header(lowerCaseName: string): string | undefined
  headerValues(lowerCaseName: string): readonly string[]
  /** Every header line in wire order, names as the client wrote them. */
  headers(): Iterable<readonly [name: string, value: string]>
  /** First value of a query argument, decoded; `true` for `?flag` without `=`. */
  queryArgument(name: string): string | true | undefined
  /** Bytes announced by `Content-Length`; `null` for a chunked body, 0 for none. */
  readonly bodyLength: number | null
  /** The whole body, buffered once; it is still sent upstream. Rejects with a `Failure` when larger than `limit` bytes. */
  readBody(limit: number): Promise<Uint8Array>
}

/** The request that goes to the service. Header names may have any case; the last spelling is what is sent. */
export interface UpstreamRequest {
  method: string
  /** Path that is sent, already joined from service and route. */
  path: string
  /** Query without `?`. */
  query: string
  /** `Host` header that is sent. */
  host: string
  header(lowerCaseName: string): string | undefined
  setHeader(name: string, value: string): void
  addHeader(name: string, value: string): void
  removeHeader(name: string): void
  /** Replaces the body; `Content-Length` follows. */
  setBody(body: Uint8Array): void
}

export interface ClientResponse {
  status: number
  /** Who made it: the service, a plugin's `Reply`, or the gateway's own error. */
  readonly source: 'service' | 'exit' | 'error'
  header(lowerCaseName: string): string | undefined
  headerValues(lowerCaseName: string): readonly string[]
  headers(): Iterable<readonly [name: string, value: string]>
  setHeader(name: string, value: string): void
  addHeader(name: string, value: string): void
  removeHeader(name: string): void
}

export interface Client {
  /** Address of the connection's other end. */
  readonly ip: string
  readonly port: number
  /** The client's address after `trusted_ips` and `real_ip_header`. */
  readonly forwardedIp: string
  /** The address that the client connected to. */
  readonly localIp: string
  /** Number of the connection among those this thread has accepted, from 1. */
  readonly connection: number
  /** Number of this request among those of its connection, from 1. */
  readonly connectionRequest: number
}

/** Times in milliseconds since the epoch with a fraction; `undefined` until reached. Byte counts include heads. */
export interface Timing {
  readonly startedAt: number
  /** When the access phase had finished and the upstream was asked for. */
  readonly accessEndedAt: number | undefined
  /** When the first byte of the upstream's answer was there. */
  readonly upstreamHeadAt: number | undefined
  readonly finishedAt: number | undefined
  readonly bytesReceived: number
  readonly bytesSent: number
  /** Every attempt on an upstream, in order. */
  readonly tries: readonly Try[]
}

export interface Try {
  readonly ip: string
  readonly port: number
  readonly startedAt: number
  /** Milliseconds until connected (0 on a reused connection), or `undefined` if it never was. */
  readonly connectMs: number | undefined
  /** Status of the answer, or the failure that ended the try. */
  readonly outcome: number | 'refused' | 'timeout' | 'reset' | 'unresolved' | undefined
}
