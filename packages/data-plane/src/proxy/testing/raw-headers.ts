/** Header lines of a head by lower-case name, for tests to compare; repeated ones joined. */
export function rawHeaders(head: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = name in headers ? `${headers[name]!}, ${value}` : value
  }
  return headers
}
