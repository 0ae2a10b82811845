import type { FailureKind } from '../failure.ts'
import { announcedFraming, noBody, type Framing } from '../http1/framing.ts'
import { headerId } from '../http1/header-names.ts'
import { inOnePiece } from '../http1/latin1.ts'
import type { RequestHead } from '../http1/request-head.ts'
import type { RequestFacts } from './client-request.ts'
import { hasConnectionOption } from './connection-options.ts'

/** What an HTTP/1.1 head means, beyond what every transport tells. */
export interface ReadRequest extends RequestFacts {
  readonly framing: Framing
  /** Whether the client means to use the connection again. */
  readonly keepAlive: boolean
  readonly expectsContinue: boolean
  /** The client asks for a WebSocket, the one protocol that is switched to. */
  readonly upgrade: boolean
}

const host = headerId('host')
const expect = headerId('expect')
const upgrade = headerId('upgrade')

/** Judges a head whose syntax is right: one `Host`, one framing, a target that says where it goes. */
export function readRequest(head: RequestHead, listenerPort: number): ReadRequest | FailureKind {
  const { lines, http11, method } = head
  let hostLine = -1
  let expectsContinue = false
  let upgradeLine = -1
  for (let line = 0; line < lines.count; line++) {
    const id = lines.id(line)
    if (id === 0) continue
    if (id === host) {
      if (hostLine >= 0) return 'bad_request'
      hostLine = line
    } else if (id === expect) expectsContinue = http11 && lines.value(line).toLowerCase() === '100-continue'
    else if (id === upgrade && upgradeLine < 0) upgradeLine = line
  }
  if (hostLine < 0 && http11) return 'bad_request'
  const framing = announcedFraming(lines, http11) ?? noBody
  if (typeof framing === 'string') return framing === 'bad' ? 'bad_request' : 'unsupported_encoding'

  let { target, queryAt, plainPath } = head
  let authority = hostLine < 0 ? '' : lines.value(hostLine)
  if (target.charCodeAt(0) !== slash && method !== 'CONNECT') {
    const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(target)
    if (!absolute) return 'bad_request'
    // As in Kong, the `Host` line decides where there is one. What the target names is then heard by nobody.
    if (!parseAuthority(absolute[1]!)) return 'bad_request'
    if (hostLine < 0) authority = absolute[1]!
    const rest = absolute[2]!
    target = rest.startsWith('/') ? rest : `/${rest}`
    queryAt = target.indexOf('?')
    // Doubled slashes and dots were judged with the scheme in front: leave it to `normalizePath`.
    plainPath = false
  }
  const parsed = authority === '' && hostLine < 0 ? noAuthority : parseAuthority(authority)
  if (!parsed) return 'bad_request'
  const wantsUpgrade =
    upgradeLine >= 0 &&
    http11 &&
    framing.kind === 'none' &&
    method === 'GET' &&
    lines.value(upgradeLine).toLowerCase() === 'websocket' &&
    hasConnectionOption(lines, 'upgrade')
  return {
    method,
    target,
    queryAt,
    plainPath,
    httpVersion: http11 ? '1.1' : '1.0',
    lines,
    authority,
    host: parsed.host,
    hostPort: parsed.port ?? listenerPort,
    bodyLength: framing.kind === 'chunked' ? null : framing.length,
    framing,
    keepAlive: http11 ? !hasConnectionOption(lines, 'close') : hasConnectionOption(lines, 'keep-alive'),
    expectsContinue: expectsContinue && framing.kind !== 'none',
    upgrade: wantsUpgrade,
  }
}

const slash = 0x2f

interface Authority {
  readonly host: string
  readonly port: number | undefined
}

const noAuthority: Authority = { host: '', port: undefined }

/** A registered name, an IPv4 address or an IPv6 one in brackets; whatever stands behind the colon is a port only if it is a number. */
const authorityForm = /^(\[[0-9a-f:.]+\]|[0-9a-z\-._~!$&'()*+,;=%]+)(?::([^/?#@\s]*))?$/i

/** Clients send few different hosts, so what was parsed is remembered. */
const parsedAuthorities = new Map<string, Authority>()
const mostRemembered = 1024

function parseAuthority(text: string): Authority | undefined {
  const known = parsedAuthorities.get(text)
  if (known) return known
  const match = authorityForm.exec(text)
  if (!match) return undefined
  const name = match[1]!.toLowerCase()
  const port = match[2]
  const parsed: Authority = {
    host: name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name,
    port: port !== undefined && /^\d{1,5}$/.test(port) ? Number(port) : undefined,
  }
  if (parsedAuthorities.size >= mostRemembered) parsedAuthorities.clear()
  // A copy: a slice would keep the whole head it was cut from alive.
  parsedAuthorities.set(inOnePiece(text), parsed)
  return parsed
}
