/** What of a `routes` row the router looks at. */
export interface RouteConditions {
  readonly id: string
  readonly methods?: readonly string[] | null
  readonly hosts?: readonly string[] | null
  readonly paths?: readonly string[] | null
  readonly headers?: Readonly<Record<string, readonly string[]>> | null
  readonly snis?: readonly string[] | null
  readonly regex_priority?: number | null
}

export function isRegexPath(path: string): boolean {
  return path.startsWith('~')
}

/** A configured text as it meets the wire: UTF-8 bytes, each as one latin1 character. */
export function asWireText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

/** The inverse of `asWireText`; `undefined` if the bytes are not UTF-8. */
export function fromWireText(text: string): string | undefined {
  if (isAscii(text)) return text
  const decoded = Buffer.from(text, 'latin1').toString('utf8')
  return decoded.includes('\ufffd') && asWireText(decoded) !== text ? undefined : decoded
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}
