import type { HeaderLines } from './header-lines.ts'
import { headerId } from './header-names.ts'

/** How the end of a body is known. `length` is -1 for `chunked` and `close`. */
export interface Framing {
  readonly kind: 'none' | 'length' | 'chunked' | 'close'
  readonly length: number
}

export const noBody: Framing = { kind: 'none', length: 0 }
export const chunkedBody: Framing = { kind: 'chunked', length: -1 }
export const closeDelimitedBody: Framing = { kind: 'close', length: -1 }

export type FramingFault = 'bad' | 'unsupported_encoding'

const contentLength = headerId('content-length')
const transferEncoding = headerId('transfer-encoding')

/**
 * The one framing that a head announces, or why it is refused: two lengths (even equal ones), a length beside a transfer coding, a
 * coding in HTTP/1.0, a coding other than `chunked`. `undefined` if it announces none.
 */
export function announcedFraming(lines: HeaderLines, http11: boolean): Framing | FramingFault | undefined {
  if (lines.repeats(contentLength) || lines.repeats(transferEncoding)) return 'bad'
  const codingLine = lines.findId(transferEncoding)
  const lengthLine = lines.findId(contentLength)
  if (codingLine >= 0) {
    if (lengthLine >= 0 || !http11) return 'bad'
    return lines.value(codingLine).toLowerCase() === 'chunked' ? chunkedBody : 'unsupported_encoding'
  }
  if (lengthLine < 0) return undefined
  const length = decimal(lines.value(lengthLine))
  if (length < 0) return 'bad'
  return length === 0 ? zeroLength : { kind: 'length', length }
}

/** Digits only, and few enough to stay exact in a double; -1 for anything else. */
function decimal(text: string): number {
  if (text.length === 0 || text.length > 15) return -1
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

const zeroLength: Framing = { kind: 'length', length: 0 }
