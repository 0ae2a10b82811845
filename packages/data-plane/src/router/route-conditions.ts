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

// eslint-disable-next-line no-control-regex
const beyondAscii = /[^\x00-\x7f]/

export function isAscii(text: string): boolean {
  return !beyondAscii.test(text)
}
