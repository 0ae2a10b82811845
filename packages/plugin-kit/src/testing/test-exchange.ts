import type { Consumer, Route, Service } from '@holdfast/entities'
import type { ClientRequest, ClientResponse, Credential, Exchange, Timing, UpstreamRequest } from '../exchange.ts'
import type { Slot } from '../slot.ts'
import { HeaderList, type HeadersInit } from './header-list.ts'

/** A request as a test describes it; what is left out is that of a plain GET. */
export interface TestRequest {
  readonly method?: string
  /** Path and query. */
  readonly target?: string
  readonly headers?: HeadersInit
  readonly body?: string | Uint8Array
  readonly scheme?: 'http' | 'https'
  /** Address of the client, as seen after `trusted_ips`. */
  readonly ip?: string
  readonly route?: Partial<Route> | null
  readonly service?: Partial<Service> | null
  /** Who an earlier plugin found the client to be. */
  readonly consumer?: Consumer | null
  readonly credential?: Credential | null
  readonly captures?: Readonly<Record<string, string>>
  readonly connection?: number
  readonly connectionRequest?: number
}

let exchanges = 0

/** A request and its answer without a network: everything a plugin can see and do is here to be read back. */
export class TestExchange implements Exchange {
  readonly id = (++exchanges).toString(16).padStart(32, '0')
  readonly request: ClientRequest
  readonly upstream: UpstreamRequest & { readonly list: HeaderList; body: Uint8Array | undefined }
  response: ClientResponse & { readonly list: HeaderList }
  readonly client: Exchange['client']
  readonly route: Route | null
  readonly service: Service | null
  readonly captures: Exchange['captures']
  consumer: Consumer | null
  credential: Credential | null
  timing: Timing
  readonly #slots: unknown[] = []

  constructor(given: TestRequest = {}, startedAt = 0) {
    const { method = 'GET', target = '/', scheme = 'http', ip = '192.0.2.1' } = given
    const list = new HeaderList({ host: 'api.test', ...given.headers })
    const mark = target.indexOf('?')
    const path = mark < 0 ? target : target.slice(0, mark)
    const query = mark < 0 ? '' : target.slice(mark + 1)
    const host = list.header('host') ?? ''
    const body = typeof given.body === 'string' ? new TextEncoder().encode(given.body) : given.body
    this.request = {
      method,
      target,
      rawPath: path,
      path,
      query,
      host: host.replace(/:\d+$/, '').toLowerCase(),
      port: scheme === 'http' ? 8000 : 8443,
      scheme,
      httpVersion: '1.1',
      header: (name) => list.header(name),
      headerValues: (name) => list.headerValues(name),
      headers: () => list.headers(),
      queryArgument(name) {
        const found = query.split('&').find((pair) => pair === name || pair.startsWith(`${name}=`))
        return found === undefined ? undefined : found === name || decodeURIComponent(found.slice(name.length + 1))
      },
      bodyLength: body?.byteLength ?? 0,
      readBody: (limit) =>
        (body?.byteLength ?? 0) > limit
          ? Promise.reject(new Error('the body is larger than the plugin reads'))
          : Promise.resolve(body ?? new Uint8Array()),
    }
    this.upstream = upstreamRequest(method, path, query, host, new HeaderList(given.headers))
    this.response = clientResponse(200, 'service', {})
    this.client = {
      ip,
      port: 50_000,
      forwardedIp: ip,
      localIp: '127.0.0.1',
      connection: given.connection ?? 1,
      connectionRequest: given.connectionRequest ?? 1,
    }
    this.route = given.route === null ? null : ({ id: 'route-1', name: 'route', ...given.route } as Route)
    this.service = given.service === null ? null : ({ id: 'service-1', name: 'service', ...given.service } as Service)
    this.captures = given.captures
    this.consumer = given.consumer ?? null
    this.credential = given.credential ?? null
    this.timing = {
      startedAt,
      accessEndedAt: undefined,
      upstreamHeadAt: undefined,
      finishedAt: undefined,
      bytesReceived: 0,
      bytesSent: 0,
      tries: [],
    }
  }

  authenticate(consumer: Consumer | null, credential: Credential | null): void {
    this.consumer = consumer
    this.credential = credential
  }

  read<T>(slot: Slot<T>): T | undefined {
    return this.#slots[slot.index] as T | undefined
  }

  write<T>(slot: Slot<T>, value: T): void {
    this.#slots[slot.index] = value
  }

  /** Begins the answer, as the engine does when the upstream's head or a reply is there. */
  respond(status: number, source: ClientResponse['source'], headers: HeadersInit): void {
    this.response = clientResponse(status, source, headers)
  }
}

function upstreamRequest(
  method: string,
  path: string,
  query: string,
  host: string,
  list: HeaderList,
): TestExchange['upstream'] {
  return {
    method,
    path,
    query,
    host,
    list,
    body: undefined,
    header: (name) => list.header(name),
    setHeader: (name, value) => list.setHeader(name, value),
    addHeader: (name, value) => list.addHeader(name, value),
    removeHeader: (name) => list.removeHeader(name),
    setBody(body) {
      this.body = body
      list.setHeader('Content-Length', String(body.byteLength))
    },
  }
}

function clientResponse(
  status: number,
  source: ClientResponse['source'],
  headers: HeadersInit,
): TestExchange['response'] {
  const list = new HeaderList(headers)
  return {
    status,
    source,
    list,
    header: (name) => list.header(name),
    headerValues: (name) => list.headerValues(name),
    headers: () => list.headers(),
    setHeader: (name, value) => list.setHeader(name, value),
    addHeader: (name, value) => list.addHeader(name, value),
    removeHeader: (name) => list.removeHeader(name),
  }
}
