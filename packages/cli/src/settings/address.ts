import { isIP } from 'node:net'

export interface Address {
  readonly host: string
  readonly port: number
}

/** Reads `<host>:<port>`, with an IPv6 address in brackets; `undefined` when it is none. */
export function parseAddress(text: string): Address | undefined {
  const found = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+)):(\d{1,5})$/.exec(text)
  if (found === null) return undefined
  const [, ipv6, host, port] = found
  if (ipv6 !== undefined && isIP(ipv6) !== 6) return undefined
  return Number(port) >= 1 && Number(port) <= 65_535 ? { host: ipv6 ?? host!, port: Number(port) } : undefined
}
