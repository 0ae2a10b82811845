import { STATUS_CODES } from 'node:http'
import type { ClientResponse } from '@holdfast/plugin-kit'
import type { ResponseHead as UpstreamResponse } from '../http1/response-head.ts'
import { noHeaderLines } from '../http1/header-lines.ts'
import { headerId, headerSet } from '../http1/header-names.ts'
import { EditableHeaders } from './editable-headers.ts'

/** Lines of the service that speak about its connection, and nginx's control headers, which Kong drops too. */
const serviceOnly = headerSet(
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'x-accel-expires',
  'x-accel-redirect',
  'x-accel-limit-rate',
  'x-accel-buffering',
  'x-accel-charset',
)

const contentLength = headerId('content-length')

/** The answer on its way to the client: status and headers. */
export class ProxyResponse extends EditableHeaders implements ClientResponse {
  status: number
  readonly source: 'service' | 'exit' | 'error'
  /** What the service sent, if the answer is its. */
  readonly service: UpstreamResponse | null

  constructor(source: ProxyResponse['source'], status: number, service: UpstreamResponse | null) {
    super(service ? service.lines : noHeaderLines, serviceOnly)
    this.source = source
    this.status = status
    this.service = service
  }

  /** Status and reason phrase: the service's own words unless a plugin changed the status. */
  get statusText(): string {
    if (this.service && this.service.status === this.status) return this.service.statusText
    return statusText(this.status)
  }

  /** Puts the gateway's own lines, each with its line end, in place of received ones with these ids. */
  setOwn(ids: Uint8Array, lines: string): void {
    if (this.service) this.removeIds(ids)
    this.addOwn(lines)
  }

  /** The service's `Content-Length`, which also an answer to HEAD has. */
  get announcedLength(): string | undefined {
    const lines = this.service?.lines
    const line = lines ? lines.findId(contentLength) : -1
    return line < 0 ? undefined : lines!.value(line)
  }
}

export function statusText(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? 'Unknown'}`
}

/** Before an answer exists, plugins see this. */
export function noResponseYet(): ProxyResponse {
  return new ProxyResponse('error', 0, null)
}
