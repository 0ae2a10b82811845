import { isValueByte, nameBytes } from './characters.ts'
import { droppedLine, findHeaderId } from './header-names.ts'
import { headLimits } from './limits.ts'

/** Why a head was not taken; `more` means it has not arrived whole. Negative, so that offsets and verdicts share a number. */
export const scanVerdict = { more: -1, bad: -2, lineTooLong: -3, headTooLarge: -4, version: -5 } as const

/** Numbers kept per header line: name start and end, value start and end, header id. */
export const lineStride = 5

/** Lines of the head scanned last. Valid until the next scan on this thread: `HeaderLines` copies what it needs. */
export const scanned = {
  lines: new Int32Array(lineStride * headLimits.headers),
  count: 0,
  /** One bit per header id that occurs, and per id that occurs more than once. */
  present: 0,
  repeated: 0,
}

const tab = 9
const lf = 10
const cr = 13
const space = 32
const colon = 58

/**
 * Scans header lines from `position` to the empty line that ends them and returns where the body begins, or a verdict.
 * Offsets are written relative to `base`. Strict as RFC 9112 §5 allows: CRLF only, no line folding, no space before the colon.
 */
export function scanHeaderLines(
  bytes: Uint8Array,
  base: number,
  position: number,
  end: number,
  dropUnusualNames: boolean,
): number {
  const lines = scanned.lines
  const names = nameBytes
  let count = 0
  let at = 0
  let present = 0
  let repeated = 0
  for (;;) {
    const start = position
    let kinds = 0
    let byte = 0
    for (; position < end; position++) {
      byte = bytes[position]!
      const kind = names[byte]!
      if (kind === 0) break
      kinds |= kind
    }
    if (position >= end) return unfinished(base, start, end)
    if (position === start) {
      if (byte !== cr) return scanVerdict.bad
      if (position + 1 >= end) return unfinished(base, start, end)
      if (bytes[position + 1] !== lf) return scanVerdict.bad
      if (position + 2 - base > headLimits.head) return scanVerdict.headTooLarge
      scanned.count = count
      scanned.present = present
      scanned.repeated = repeated
      return position + 2
    }
    if (byte !== colon) return scanVerdict.bad
    const nameEnd = position++
    while (position < end && (bytes[position] === space || bytes[position] === tab)) position++
    const valueStart = position
    while (position < end && isValueByte(bytes[position]!)) position++
    if (position + 1 >= end)
      return position < end && bytes[position] !== cr ? scanVerdict.bad : unfinished(base, start, end)
    if (bytes[position] !== cr || bytes[position + 1] !== lf) return scanVerdict.bad
    if (position - start > headLimits.line) return scanVerdict.lineTooLong
    if (count === headLimits.headers) return scanVerdict.headTooLarge
    let valueEnd = position
    while (valueEnd > valueStart && (bytes[valueEnd - 1] === space || bytes[valueEnd - 1] === tab)) valueEnd--
    lines[at] = start - base
    lines[at + 1] = nameEnd - base
    lines[at + 2] = valueStart - base
    lines[at + 3] = valueEnd - base
    const id = kinds === 3 && dropUnusualNames ? droppedLine : findHeaderId(bytes, start, nameEnd)
    lines[at + 4] = id
    if (id !== 0 && id !== droppedLine) {
      const bit = 1 << id
      repeated |= present & bit
      present |= bit
    }
    at += lineStride
    count++
    position += 2
  }
}

/** A head that has not ended yet may already be too long. */
export function unfinished(headStart: number, lineStart: number, end: number): number {
  if (end - lineStart > headLimits.line) return scanVerdict.lineTooLong
  return end - headStart > headLimits.head ? scanVerdict.headTooLarge : scanVerdict.more
}
