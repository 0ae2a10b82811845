import { isIPv4, isIPv6 } from 'node:net'
import { parseAddress } from './address.ts'
import type { Address } from './address.ts'

const portText = 'must not have a port'

/** A host without port. */
export function host(text: string): string | undefined {
  return bareAddress(text)
}

export function hostWithOptionalPort(text: string): string | undefined {
  const address = parseAddress(text)
  if (address === 'invalid port number') return address
  return address === 'invalid address' ? invalidHost(text) : undefined
}

/** A TLS server name: a host name without port. */
export function sni(text: string): string | undefined {
  return bareAddress(text, 'names')
}

export function wildcardHost(text: string): string | undefined {
  const wildcard = text.indexOf('*')
  if (wildcard > 0 && wildcard !== text.length - 1) return 'wildcard must be leftmost or rightmost character'
  if (wildcard >= 0 && text.indexOf('*', wildcard + 1) >= 0) return 'only one wildcard must be specified'
  return bareAddress(text.replace('*', 'wildcard'), 'names')
}

/** Hosts of a route: a wildcard may stand for a label, a port may follow. */
export function hostWithWildcards(text: string): string | undefined {
  return hostWithOptionalPort(text.replaceAll('*', 'abc'))
}

export function ip(text: string): string | undefined {
  return isIp(text) ? undefined : `not an ip address: ${text}`
}

export function ipOrCidr(text: string): string | undefined {
  return isIp(text) || isCidr(text, 4) || isCidr(text, 6) ? undefined : `invalid ip or cidr range: '${text}'`
}

export function cidrV4(text: string): string | undefined {
  return isIPv4(text) || isCidr(text, 4) ? undefined : `invalid ipv4 cidr range: '${text}'`
}

function bareAddress(text: string, allowed: 'any' | 'names' = 'any'): string | undefined {
  const address: Address | string = parseAddress(text)
  if (address === 'invalid address') return `invalid value: ${text}`
  if (typeof address === 'string') return portText
  if (allowed === 'names' && address.type !== 'name') return 'must not be an IP'
  return address.port === undefined ? undefined : portText
}

function invalidHost(text: string): string {
  if ((text.match(/:/g)?.length ?? 0) > 1)
    return text.startsWith('[') && !/^\[[^\]]*\](:\d+)?$/.test(text)
      ? 'invalid ipv6 address'
      : `invalid ipv6 address: ${text}`
  return /^[0-9.]+$/.test(text.replace(':', '')) ? `invalid ipv4 address: ${text}` : `invalid hostname: ${text}`
}

function isIp(text: string): boolean {
  // Node also takes an interface behind a percent sign.
  return (isIPv4(text) || isIPv6(text)) && !text.includes('%')
}

function isCidr(text: string, family: 4 | 6): boolean {
  const slash = text.indexOf('/')
  if (slash < 0) return false
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)]
  if (!/^(0|[1-9][0-9]{0,2})$/.test(bits)) return false
  return isIp(address) && isIPv4(address) === (family === 4) && Number(bits) <= (family === 4 ? 32 : 128)
}
