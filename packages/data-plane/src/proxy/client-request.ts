import type { ClientRequest } from '@holdfast/plugin-kit'
import { headerId } from '../http1/header-names.ts'
import type { HeaderLines } from '../http1/header-lines.ts'
import type { RequestBody } from './request-body.ts'

/** What a transport (HTTP/1.1 connection or HTTP/2 stream) has found out about a request. */
export interface RequestFacts {
  readonly method: string
  /** Path and query as received, without scheme and authority. */
  readonly target: string
  readonly queryAt: number
  readonly plainPath: boolean
  readonly httpVersion: '1.0' | '1.1' | '2'
  readonly lines: HeaderLines
  /** As received; empty if there was none. */
  readonly authority: string
  readonly host: string
  /** Port in the authority, or the listener's. */
  readonly hostPort: number
  /** `null` for a body of unknown length. */
  readonly bodyLength: number | null
}

const contentLength = headerId('content-length')

export class ProxyRequest implements ClientRequest {
  readonly method: string
  readonly target: string
  readonly rawPath: string
  readonly query: string
  /** Set by the router step; the raw path until then. */
  path: string
  readonly host: string
  readonly hostPort: number
  readonly authority: string
  readonly port: number
  readonly scheme: 'http' | 'https'
  readonly httpVersion: '1.0' | '1.1' | '2'
  readonly bodyLength: number | null
  readonly lines: HeaderLines
  readonly plainPath: boolean
  /** The target ended in a bare `?`, which is kept. */
  readonly emptyQuery: boolean
  readonly body: RequestBody

  constructor(facts: RequestFacts, port: number, scheme: 'http' | 'https', body: RequestBody) {
    this.method = facts.method
    this.target = facts.target
    const { queryAt } = facts
    this.rawPath = queryAt < 0 ? facts.target : facts.target.slice(0, queryAt)
    this.query = queryAt < 0 ? '' : facts.target.slice(queryAt + 1)
    this.path = this.rawPath
    this.host = facts.host
    this.hostPort = facts.hostPort
    this.authority = facts.authority
    this.port = port
    this.scheme = scheme
    this.httpVersion = facts.httpVersion
    this.bodyLength = facts.bodyLength
    this.lines = facts.lines
    this.plainPath = facts.plainPath
    this.emptyQuery = queryAt >= 0 && this.query === ''
    this.body = body
  }

  /** Whether the client announced no body at all, which is not the same as one of length 0. */
  get bodyless(): boolean {
    return this.bodyLength === 0 && this.lines.findId(contentLength) < 0
  }

  header(lowerCaseName: string): string | undefined {
    return this.lines.get(lowerCaseName)
  }

  headerValues(lowerCaseName: string): readonly string[] {
    return this.lines.values(lowerCaseName)
  }

  headers(): Iterable<readonly [name: string, value: string]> {
    return this.lines.entries()
  }

  queryArgument(name: string): string | true | undefined {
    if (this.query === '') return undefined
    for (const part of this.query.split('&')) {
      const equals = part.indexOf('=')
      if (decodeArgument(equals < 0 ? part : part.slice(0, equals)) !== name) continue
      return equals < 0 ? true : decodeArgument(part.slice(equals + 1))
    }
    return undefined
  }

  readBody(limit: number): Promise<Uint8Array> {
    return this.body.collect(limit)
  }
}

/** Broken escapes stay as they are, as nginx leaves them. Escaped bytes are taken as UTF-8. */
function decodeArgument(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced.replace(/(?:%[\da-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
  }
}
