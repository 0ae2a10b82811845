/** A host as people write it, taken apart. IPv4 without leading zeros, IPv6 written out in full; a name is left as it is. */
export interface Address {
  readonly type: 'ipv4' | 'ipv6' | 'name'
  readonly host: string
  readonly port: number | undefined
}

export type AddressProblem = 'invalid port number' | 'invalid address'

/** Reads `name`, `name:port`, `1.2.3.4`, `1.2.3.4:port`, `::1`, `[::1]` or `[::1]:port`. */
export function parseAddress(text: string): Address | AddressProblem {
  if ((text.match(/:/g)?.length ?? 0) > 1) return parseIpv6(text)
  return /^[0-9.]+$/.test(text.replace(':', '')) ? parseIpv4(text) : parseName(text)
}

/** The address in the form that URLs and Host headers use. */
export function formatAddress({ type, host, port }: Address, defaultPort?: number): string {
  const shownPort = port ?? defaultPort
  return (type === 'ipv6' ? `[${host}]` : host) + (shownPort === undefined ? '' : `:${shownPort}`)
}

function parseIpv4(text: string): Address | AddressProblem {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?::(\d+))?$/.exec(text)
  if (!found) return 'invalid address'
  const bytes = found.slice(1, 5).map(Number)
  if (bytes.some((byte) => byte > 255)) return 'invalid address'
  const port = found[5] === undefined ? undefined : Number(found[5])
  if (port !== undefined && port > 65535) return 'invalid port number'
  return { type: 'ipv4', host: bytes.join('.'), port }
}

function parseIpv6(text: string): Address | AddressProblem {
  const bracketed = /^\[([^\]]*)\](?::(\d+))?$/.exec(text)
  if (!bracketed && text.startsWith('[')) return 'invalid address'
  const port = bracketed?.[2] === undefined ? undefined : Number(bracketed[2])
  if (port !== undefined && port > 65535) return 'invalid port number'
  const host = expandIpv6(bracketed ? bracketed[1]! : text)
  return host === undefined ? 'invalid address' : { type: 'ipv6', host, port }
}

function expandIpv6(text: string): string | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const groupsOf = (half: string) => (half === '' ? [] : half.split(':'))
  const head = groupsOf(halves[0]!)
  const tail = groupsOf(halves[1] ?? '')
  const zeros = halves.length === 2 ? 8 - head.length - tail.length : 0
  if (halves.length === 2 && zeros < 1) return undefined
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail]
  if (groups.length !== 8 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.map((group) => group.toLowerCase().padStart(4, '0')).join(':')
}

function parseName(text: string): Address | AddressProblem {
  const found = /:(\d+)$/.exec(text)
  const port = found ? Number(found[1]) : undefined
  if (port !== undefined && port > 65535) return 'invalid port number'
  const host = found ? text.slice(0, found.index) : text
  if (!/^[0-9A-Za-z._-]+$/.test(host)) return 'invalid address'
  const labels = host.split('.')
  // A name may end in a dot (fully qualified), but no label may be empty or end in a dash.
  const badLabel = labels.some((label, index) => label.endsWith('-') || (label === '' && index !== labels.length - 1))
  return badLabel ? 'invalid address' : { type: 'name', host, port }
}
