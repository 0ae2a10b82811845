/** Bytes as text, one character each. */
export function latin1(bytes: Uint8Array): string {
  if (bytes.length === 0) return ''
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return buffer.toString('latin1')
}

/** The same latin1 text in one piece of memory. A text put together from parts is copied part by part each time it is sent. */
export function inOnePiece(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
