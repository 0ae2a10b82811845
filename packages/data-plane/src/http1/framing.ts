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
  let lengthLine = -1
  let codingLine = -1
  for (let line = 0; line < lines.count; line++) {
    const id = lines.id(line)
    if (id === contentLength) {
      if (lengthLine >= 0) return 'bad'
      lengthLine = line
    } else if (id === transferEncoding) {
      if (codingLine >= 0) return 'bad'
      codingLine = line
    }
  }
  if (codingLine >= 0) {
    if (lengthLine >= 0 || !http11) return 'bad'
    return lines.value(codingLine).toLowerCase() === 'chunked' ? chunkedBody : 'unsupported_encoding'
  }
  if (lengthLine < 0) return undefined
  const text = lines.value(lengthLine)
  // 15 digits stay exact in a double.
  if (!/^\d{1,15}$/.test(text)) return 'bad'
  const length = Number(text)
  return length === 0 ? zeroLength : { kind: 'length', length }
}

const zeroLength: Framing = { kind: 'length', length: 0 }
