import { splitUrl } from '@holdfast/schema'

/**
 * What the shorthand `url` of a service sets. Without a port every scheme but https gets 80, as in Kong. Null is a URL
 * without host, which is then missing.
 */
export function serviceUrl(text: string | null): { readonly [field: string]: unknown } {
  if (text === null) return { host: null }
  const { scheme, host, port, path } = splitUrl(text)
  // What is no number is kept, to be refused as a port.
  const given = port === undefined ? undefined : /^[0-9]+$/.test(port) ? Number(port) : port
  const protocol = scheme ?? (given === 443 ? 'https' : 'http')
  return {
    protocol,
    host: host ?? null,
    port: given ?? (protocol === 'https' ? 443 : 80),
    path: path ?? null,
  }
}
