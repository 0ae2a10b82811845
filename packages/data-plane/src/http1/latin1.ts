/** Bytes as text, one character each. */
export function latin1(bytes: Uint8Array): string {
  if (bytes.length === 0) return ''
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return buffer.toString('latin1')
}
