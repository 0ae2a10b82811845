import { BlockList, isIP } from 'node:net'

/** Whether an address belongs to the trusted ones. */
export type TrustedAddresses = (ip: string) => boolean

/** `entries` are addresses, CIDR blocks or `unix:`, as in `trusted_ips`. Answers are remembered, since few proxies ask very often. */
export function trustedAddresses(entries: readonly string[]): TrustedAddresses {
  const list = new BlockList()
  let any = false
  for (const entry of entries) {
    const [ip, bits] = entry.split('/')
    const family = isIP(ip ?? '')
    if (family === 0) continue
    any = true
    const type = family === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(ip!, type)
    else list.addSubnet(ip!, Number(bits), type)
  }
  if (!any) return () => false
  const known = new Map<string, boolean>()
  return (ip) => {
    let trusted = known.get(ip)
    if (trusted === undefined) {
      const family = isIP(ip)
      trusted = family !== 0 && list.check(ip, family === 6 ? 'ipv6' : 'ipv4')
      if (known.size >= 1024) known.clear()
      known.set(ip, trusted)
    }
    return trusted
  }
}
