import type { UpstreamRequest } from '@holdfast/plugin-kit'
import { headerSet } from '../http1/header-names.ts'
import { dropConnectionListed } from './connection-options.ts'
import type { ProxyRequest } from './client-request.ts'
import { wireValue } from './header-text.ts'
import { EditableHeaders } from './editable-headers.ts'

/** Lines of the client that never go on: they speak about its connection or its framing, or the gateway writes its own. */
const clientOnly = headerSet(
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy',
  'transfer-encoding',
  'content-length',
  'te',
  'trailer',
  'upgrade',
  'expect',
)

/** What the gateway writes itself, whatever the client or a plugin put there. */
export const gatewayWritten: Uint8Array = headerSet(
  'via',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-path',
  'x-forwarded-prefix',
  'x-real-ip',
)

/** The same with `X-Kong-Request-Id`, which is passed through where `headers_upstream` turns ours off. */
export const gatewayWrittenWithId: Uint8Array = gatewayWritten.map((_, id) =>
  gatewayWritten[id] === 1 || headerSet('x-kong-request-id')[id] === 1 ? 1 : 0,
)

export class UpstreamHead extends EditableHeaders implements UpstreamRequest {
  path: string
  query: string
  /** Set by a plugin; the client's body is dropped. */
  body: Uint8Array | undefined
  /** The path as the router joined it: already escaped. */
  readonly joinedPath: string
  #method: string
  #host: string

  constructor(request: ProxyRequest, path: string, preserveHost: boolean) {
    super(request.lines, clientOnly)
    this.#method = request.method
    this.path = path
    this.joinedPath = path
    this.query = request.query
    this.#host = preserveHost ? request.authority : ''
    // Before the plugins run: a client must not be able to name away what they are going to add.
    dropConnectionListed(request.lines, this)
  }

  get method(): string {
    return this.#method
  }

  set method(method: string) {
    if (!/^[A-Z_-]+$/.test(method)) throw new TypeError(`not a method: ${JSON.stringify(method)}`)
    this.#method = method
  }

  /** Empty unless `preserve_host` or a plugin sets it: the peer's own name is sent then. */
  get host(): string {
    return this.#host
  }

  set host(host: string) {
    this.#host = wireValue(host)
  }

  override header(lowerCaseName: string): string | undefined {
    return lowerCaseName === 'host' ? this.host : super.header(lowerCaseName)
  }

  override setHeader(name: string, value: string): void {
    if (name.toLowerCase() === 'host') this.host = value
    else super.setHeader(name, value)
  }

  override addHeader(name: string, value: string): void {
    if (name.toLowerCase() === 'host') this.host = value
    else super.addHeader(name, value)
  }

  setBody(body: Uint8Array): void {
    this.body = body
  }
}
