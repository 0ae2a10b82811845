/** Whether a TLS server name (in lower case) is the one asked for. */
export type SniCondition = (sni: string) => boolean

/** `name`, `*suffix` or `prefix*`, without regard to letter case and to a dot at the end of a whole name. */
export function sniCondition(configured: string): SniCondition {
  const name = configured.toLowerCase()
  if (name.startsWith('*')) {
    const suffix = withoutLastDot(name).slice(1)
    return (sni) => sni !== '' && sni.endsWith(suffix)
  }
  if (name.endsWith('*')) {
    const prefix = name.slice(0, -1)
    return (sni) => sni !== '' && sni.startsWith(prefix)
  }
  const whole = withoutLastDot(name)
  return (sni) => sni === whole
}

function withoutLastDot(name: string): string {
  return name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name
}
