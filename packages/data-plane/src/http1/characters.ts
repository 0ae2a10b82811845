/** Tables over all byte values, so that a scanner asks one question per byte. */

const token = "!#$%&'*+-.^_`|~"

function eachByte(table: Uint8Array, value: (byte: number, character: string) => number): Uint8Array {
  for (let byte = 0; byte < 256; byte++) table[byte] = value(byte, String.fromCharCode(byte))
  return table
}

/**
 * Characters of a header name (RFC 9110 §5.6.2): 0 for bytes that may not stand in one, 1 for the ones nginx takes in a request, 3 for
 * the others: a request line with such a name is left out, as Kong does.
 */
export const nameBytes: Uint8Array = eachByte(new Uint8Array(256), (_, character) =>
  /[0-9A-Za-z_-]/.test(character) ? 1 : token.includes(character) ? 3 : 0,
)

/** Bytes of a header value: no control characters but tab (RFC 9110 §5.5). Comparing is quicker here than a table. */
export function isValueByte(byte: number): boolean {
  return byte >= 0x20 ? byte !== 0x7f : byte === 9
}

/** Methods in nginx's alphabet; RFC 9110 allows any token, but no method in use needs more. */
export const methodBytes: Uint8Array = eachByte(new Uint8Array(256), (_, character) =>
  /[A-Z_-]/.test(character) ? 1 : 0,
)

/** What a byte means in a request target. */
export const targetKind = { illegal: 0, plain: 1, slash: 2, dot: 3, question: 4, unusual: 5 } as const

/** `unusual` marks what only `normalizePath` may judge; a fragment is not part of a target at all (RFC 9112 §3.2). */
export const targetBytes: Uint8Array = eachByte(new Uint8Array(256), (byte, character) => {
  if (character === '/') return targetKind.slash
  if (character === '.') return targetKind.dot
  if (character === '?') return targetKind.question
  if (/[0-9A-Za-z\-_~!$&'()*+,;=:@]/.test(character)) return targetKind.plain
  return byte > 0x20 && byte !== 0x7f && character !== '#' ? targetKind.unusual : targetKind.illegal
})

/** Value of a hexadecimal digit; 255 for anything else. */
export const hexDigits: Uint8Array = eachByte(new Uint8Array(256), (_, character) =>
  /[0-9A-Fa-f]/.test(character) ? Number.parseInt(character, 16) : 255,
)
