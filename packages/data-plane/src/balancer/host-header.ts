/** A `Host` header: the port is left out where the scheme implies it. A configured name gets the port too, as in Kong. */
export function hostHeaderFor(scheme: 'http' | 'https', name: string, port: number): string {
  return port === (scheme === 'https' ? 443 : 80) ? name : `${name}:${port}`
}
