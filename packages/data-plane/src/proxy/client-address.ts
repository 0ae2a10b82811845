import { isIP } from 'node:net'
import type { HeaderLines } from '../http1/header-lines.ts'
import type { TrustedAddresses } from './trusted-addresses.ts'

export interface RealIpRule {
  readonly trusted: TrustedAddresses
  /** Lower case; `proxy_protocol` means the address from the PROXY protocol. */
  readonly header: string
  readonly recursive: boolean
}

/**
 * The client's address as a trusted proxy in front reports it: nginx's realip rules. Only an immediate peer that is trusted is
 * believed; with `recursive` the last address in the list that is not itself trusted counts, else the last one.
 */
export function forwardedAddress(
  peer: string,
  proxied: string | undefined,
  lines: HeaderLines,
  rule: RealIpRule,
): string {
  if (!rule.trusted(peer)) return peer
  if (rule.header === 'proxy_protocol') return proxied ?? peer
  const values = lines.values(rule.header)
  if (values.length === 0) return peer
  const list = rule.header === 'x-forwarded-for' ? values.join(',') : values[values.length - 1]!
  let address = peer
  const entries = list.split(',')
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = bareAddress(entries[i]!.trim())
    if (entry === undefined) break
    address = entry
    if (!rule.recursive || !rule.trusted(entry)) break
  }
  return address
}

/** Without port and brackets; `undefined` if it is no address. */
function bareAddress(text: string): string | undefined {
  if (isIP(text) !== 0) return text
  const match = /^(?:\[([0-9a-f:.]+)\]|([\d.]+))(?::\d+)?$/i.exec(text)
  const ip = match?.[1] ?? match?.[2]
  return ip !== undefined && isIP(ip) !== 0 ? ip : undefined
}
