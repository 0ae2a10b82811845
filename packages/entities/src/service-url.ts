import { splitUrl } from '@holdfast/schema'

/** What the shorthand `url` of a service sets. Without a port every scheme but https gets 80, as in Kong. */
export function serviceUrl(text: string): { protocol: string; host: string | null; port: number; path: string | null } {
  const { scheme, host, port, path } = splitUrl(text)
  const given = port === undefined ? undefined : Number(port)
  const protocol = scheme ?? (given === 443 ? 'https' : 'http')
  return {
    protocol,
    host: host ?? null,
    port: given ?? (protocol === 'https' ? 443 : 80),
    path: path ?? null,
  }
}
