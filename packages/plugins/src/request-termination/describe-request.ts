import type { Exchange, Host } from '@holdfast/plugin-kit'
import { parseForm } from '../parts/form.ts'
import { parseMultipart } from '../parts/multipart.ts'
import { fromWire } from '../parts/wire-text.ts'

/** Longest body that is repeated to the client. */
const LONGEST_BODY = 1_048_576

type Values = Record<string, string | true | (string | true)[]>

/** The request as the gateway saw it, in the words of Kong's `echo`. */
export async function describeRequest(exchange: Exchange, node: Host['node']): Promise<object> {
  const { request } = exchange
  const raw = Buffer.from(await request.readBody(LONGEST_BODY)).toString('latin1')
  const contentType = request.header('content-type')
  return {
    kong: { node_id: node.id, worker_pid: process.pid, hostname: node.hostname },
    request: {
      scheme: request.scheme,
      host: request.host,
      port: request.port,
      headers: headersOf(exchange),
      query: textValues(parseForm(request.query)),
      body: contentType === undefined ? undefined : parseBody(raw, contentType),
      raw_body: fromWire(raw),
      method: request.method,
      path: fromWire(request.path),
      uri_captures: capturesOf(exchange),
    },
    matched_route: exchange.route ?? undefined,
    matched_service: exchange.service ?? undefined,
  }
}

function headersOf({ request }: Exchange): Values {
  const values = new Map<string, string[]>()
  for (const [name, value] of request.headers()) {
    const lower = name.toLowerCase()
    const known = values.get(lower)
    if (known) known.push(value)
    else values.set(lower, [value])
  }
  return textValues(values)
}

/** One value as it is, several as a list. */
function textValues(values: ReadonlyMap<string, readonly (string | true)[]>): Values {
  return Object.fromEntries(
    [...values].map(([name, all]) => [fromWire(name), all.length === 1 ? textValue(all[0]!) : all.map(textValue)]),
  )
}

function textValue(value: string | true): string | true {
  return value === true ? true : fromWire(value)
}

function parseBody(raw: string, contentType: string): unknown {
  const kind = contentType.toLowerCase()
  if (kind.startsWith('application/x-www-form-urlencoded')) return textValues(parseForm(raw))
  if (kind.startsWith('application/json')) {
    try {
      return JSON.parse(fromWire(raw)) as unknown
    } catch {
      return undefined
    }
  }
  if (!kind.startsWith('multipart/form-data')) return undefined
  const parts = parseMultipart(raw, contentType)
  if (!parts) return undefined
  const values = new Map<string, string[]>()
  for (const { name, value } of parts) values.set(name, [...(values.get(name) ?? []), value])
  return textValues(values)
}

function capturesOf({ captures }: Exchange): object | undefined {
  if (!captures) return undefined
  const named: Record<string, string> = {}
  const unnamed: string[] = []
  for (const [name, value] of Object.entries(captures))
    if (!/^\d+$/.test(name)) named[name] = value
    else if (name !== '0') unnamed[Number(name) - 1] = value
  return { named, unnamed }
}
