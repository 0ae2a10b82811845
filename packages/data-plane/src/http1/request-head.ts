import { methodBytes, targetBytes, targetKind } from './characters.ts'
import { HeaderLines } from './header-lines.ts'
import { scanHeaderLines, scanVerdict, unfinished } from './header-scan.ts'

/** A request head as received. Only its syntax has been judged; what it means is `readRequest`'s business. */
export interface RequestHead {
  readonly method: string
  /** As received, absolute form included. */
  readonly target: string
  /** Where `?` stands in `target`, or -1. */
  readonly queryAt: number
  /** True if the path holds nothing that `normalizePath` would change or refuse. */
  readonly plainPath: boolean
  readonly http11: boolean
  readonly lines: HeaderLines
}

/** Set by `scanRequestHead`: where the body begins. */
export const requestScan = { bodyStart: 0 }

const space = 32
const longestMethod = 32

/** The head that begins at `start`, or a verdict. */
export function scanRequestHead(bytes: Buffer, start: number, end: number): RequestHead | number {
  let position = start
  while (position < end && methodBytes[bytes[position]!] === 1) position++
  if (position - start > longestMethod) return scanVerdict.bad
  if (position >= end) return scanVerdict.more
  if (bytes[position] !== space || position === start) return scanVerdict.bad
  const methodEnd = position
  const targetStart = ++position
  let queryAt = -1
  let plain = true
  let previous = 0
  for (; position < end; position++) {
    const kind = targetBytes[bytes[position]!]!
    if (kind === targetKind.illegal) break
    if (kind !== targetKind.plain && queryAt < 0) {
      if (kind === targetKind.question) queryAt = position - targetStart
      else if (kind === targetKind.unusual || previous === targetKind.slash) plain = false
    }
    previous = kind
  }
  if (position - targetStart > headLimitsOfTarget) return scanVerdict.lineTooLong
  if (position >= end) return unfinished(start, start, end)
  if (position === targetStart || bytes[position] !== space) return scanVerdict.bad
  const targetEnd = position++
  // `HTTP/1.x` CRLF
  if (end - position < 10) return isPrefix(bytes, position, end) ? unfinished(start, start, end) : scanVerdict.bad
  const version = versionAt(bytes, position)
  if (version < 0) return version
  const linesStart = position + 10
  const bodyStart = scanHeaderLines(bytes, start, linesStart, end, true)
  if (bodyStart < 0) return bodyStart === scanVerdict.lineTooLong ? scanVerdict.headTooLarge : bodyStart
  requestScan.bodyStart = bodyStart
  const text = bytes.toString('latin1', start, bodyStart)
  return {
    method: isGet(bytes, start, methodEnd) ? 'GET' : text.slice(0, methodEnd - start),
    target: text.slice(targetStart - start, targetEnd - start),
    queryAt,
    plainPath: plain,
    http11: version === 1,
    lines: HeaderLines.fromScan(text),
  }
}

const headLimitsOfTarget = 8192 - longestMethod - 12

/** Most requests are; the constant saves a string and compares by address afterwards. */
function isGet(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54
}

const http1 = Buffer.from('HTTP/1.', 'latin1')

/** 0 or 1 for the minor version, or a verdict. */
function versionAt(bytes: Uint8Array, position: number): number {
  for (let i = 0; i < 5; i++) if (bytes[position + i] !== http1[i]) return scanVerdict.bad
  const major = bytes[position + 5]!
  const minor = bytes[position + 7]!
  if (bytes[position + 6] !== 0x2e || !isDigit(major) || !isDigit(minor)) return scanVerdict.bad
  if (bytes[position + 8] !== 13 || bytes[position + 9] !== 10) return scanVerdict.bad
  if (major !== 0x31 || minor > 0x31) return scanVerdict.version
  return minor - 0x30
}

function isPrefix(bytes: Uint8Array, position: number, end: number): boolean {
  for (let i = 0; i < 5 && position + i < end; i++) if (bytes[position + i] !== http1[i]) return false
  return true
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}
