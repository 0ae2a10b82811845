import { isValueByte } from './characters.ts'
import { announcedFraming, closeDelimitedBody, noBody, type Framing } from './framing.ts'
import { HeaderLines } from './header-lines.ts'
import { headerId } from './header-names.ts'
import { scanHeaderLines, scanVerdict, unfinished } from './header-scan.ts'

export interface ResponseHead {
  readonly status: number
  /** Status and reason phrase as received, e.g. `200 OK`. */
  readonly statusText: string
  readonly http11: boolean
  readonly framing: Framing
  /** Whether the peer keeps the connection open after this message. */
  readonly keepAlive: boolean
  readonly lines: HeaderLines
}

/** Set by `scanResponseHead`: where the body begins. */
export const responseScan = { bodyStart: 0 }

const connection = headerId('connection')

/** The head that begins at `start`, or a verdict. `toHead`: it answers a HEAD request. */
export function scanResponseHead(bytes: Buffer, start: number, end: number, toHead: boolean): ResponseHead | number {
  // `HTTP/1.x nnn ` or `HTTP/1.x nnn` CRLF
  if (end - start < 13) return isStart(bytes, start, end) ? scanVerdict.more : scanVerdict.bad
  if (!isStart(bytes, start, end)) return scanVerdict.bad
  const minor = bytes[start + 7]!
  if (minor !== 0x30 && minor !== 0x31) return scanVerdict.bad
  if (bytes[start + 8] !== 32) return scanVerdict.bad
  const status = digit(bytes, start + 9) * 100 + digit(bytes, start + 10) * 10 + digit(bytes, start + 11)
  if (!(status >= 100)) return scanVerdict.bad
  let position = start + 12
  if (bytes[position] !== 32 && bytes[position] !== 13) return scanVerdict.bad
  while (position < end && isValueByte(bytes[position]!)) position++
  if (position + 1 >= end)
    return position < end && bytes[position] !== 13 ? scanVerdict.bad : unfinished(start, start, end)
  if (bytes[position] !== 13 || bytes[position + 1] !== 10) return scanVerdict.bad
  const bodyStart = scanHeaderLines(bytes, start, position + 2, end, false)
  if (bodyStart < 0) return bodyStart
  responseScan.bodyStart = bodyStart
  const text = bytes.toString('latin1', start, bodyStart)
  const lines = HeaderLines.fromScan(text)
  const http11 = minor === 0x31
  const framing = responseFraming(lines, status, toHead, http11)
  if (framing === undefined) return scanVerdict.bad
  return {
    status,
    statusText: text.slice(9, position - start),
    http11,
    framing,
    keepAlive: keepsOpen(lines, http11),
    lines,
  }
}

/** RFC 9112 §6.3. A head whose framing is ambiguous is refused even where no body can follow. */
function responseFraming(lines: HeaderLines, status: number, toHead: boolean, http11: boolean): Framing | undefined {
  const announced = announcedFraming(lines, http11)
  if (typeof announced === 'string') return undefined
  if (toHead || status < 200 || status === 204 || status === 304) return noBody
  return announced ?? closeDelimitedBody
}

function keepsOpen(lines: HeaderLines, http11: boolean): boolean {
  const line = lines.findId(connection)
  if (line < 0) return http11
  const given = lines.value(line)
  if (given === 'keep-alive') return true
  const value = given.toLowerCase()
  if (value === 'keep-alive') return true
  if (value.includes('close')) return false
  return http11
}

const versionStart = Buffer.from('HTTP/1.', 'latin1')

function isStart(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = 0; i < 7 && start + i < end; i++) if (bytes[start + i] !== versionStart[i]) return false
  return true
}

function digit(bytes: Uint8Array, at: number): number {
  const value = bytes[at]! - 0x30
  return value >= 0 && value <= 9 ? value : Number.NaN
}
