// `*_listen`: addresses with flags, as Kong writes them.
import { isIP } from 'node:net'
import type { Listener } from '@holdfast/data-plane/config'

/** Its `ip` is as given; IPv6 without brackets. */
export interface ParsedListener extends Listener {
  /** Everything that was written behind the address. */
  readonly flags: readonly string[]
}

export type Listeners =
  | { readonly ok: true; readonly listeners: readonly ParsedListener[] }
  | { readonly ok: false; readonly expected: string }

const FLAGS = [
  /^ssl$/,
  /^http2$/,
  /^proxy_protocol$/,
  /^deferred$/,
  /^bind$/,
  /^reuseport$/,
  /^backlog=\d+$/,
  /^ipv6only=(on|off)$/,
  /^so_keepalive=(on|off|\w*:\w*:\d*)$/,
]

/** Flags that change nothing here: we ask the kernel for none of them. */
export const FLAGS_WITHOUT_EFFECT = /^(deferred|ipv6only=.*|so_keepalive=.*)$/

const EXPECTED =
  'off, or a comma-separated list of <ip>:<port> with any of the flags ssl http2 proxy_protocol deferred bind reuseport backlog=<n> ipv6only=on|off so_keepalive=on|off'

export function parseListeners(items: readonly string[]): Listeners {
  if (items[0] === 'off') return { ok: true, listeners: [] }
  const listeners = items.map(parseListener)
  return items.length > 0 && listeners.every((listener) => listener !== undefined)
    ? { ok: true, listeners }
    : { ok: false, expected: EXPECTED }
}

function parseListener(item: string): ParsedListener | undefined {
  const [address = '', ...flags] = item.split(/\s+/)
  const found = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address)
  if (found === null || !flags.every((flag) => FLAGS.some((known) => known.test(flag)))) return undefined
  const [, ipv6, other, port] = found
  if (ipv6 !== undefined ? isIP(ipv6) !== 6 : !isHost(other!)) return undefined
  // Port 0 is the kernel's to choose; Kong has no such thing, tests do.
  if (Number(port) > 65_535) return undefined
  return {
    ip: ipv6 ?? other!,
    port: Number(port),
    ssl: flags.includes('ssl'),
    http2: flags.includes('http2'),
    proxyProtocol: flags.includes('proxy_protocol'),
    reuseport: flags.includes('reuseport'),
    backlog: flags.flatMap((flag) => (flag.startsWith('backlog=') ? [Number(flag.slice(8))] : []))[0],
    flags,
  }
}

function isHost(text: string): boolean {
  return isIP(text) === 4 || (/^[A-Za-z][A-Za-z0-9.-]*$/.test(text) && !/^[\d.]+$/.test(text))
}

/** How `GET /` shows a listener: one member per flag, under the pattern that Kong reads it with. */
export function echoListener({ ip, port, flags }: ParsedListener): Record<string, unknown> {
  const host = isIP(ip) === 6 ? `[${ip}]` : ip
  const echoed: Record<string, unknown> = {}
  for (const name of [
    'ssl',
    'http2',
    'proxy_protocol',
    'deferred',
    'bind',
    'reuseport',
    'ipv6only=on',
    'ipv6only=off',
    'so_keepalive=on',
    'so_keepalive=off',
  ]) {
    echoed[name] = flags.includes(name)
  }
  for (const [name, pattern] of [
    ['backlog=%d+', /^backlog=\d+$/],
    ['so_keepalive=%w*:%w*:%d*', /^so_keepalive=\w*:\w*:\d*$/],
  ] as const) {
    const given = flags.find((flag) => pattern.test(flag))
    echoed[given ?? name] = given !== undefined
  }
  // Kong puts flags in the order of its own list and leaves http2 out, which became a directive of its own.
  const shown = FLAGS.flatMap((known) => flags.filter((flag) => flag !== 'http2' && known.test(flag)))
  return { ...echoed, ip: host, port, listener: [`${host}:${port}`, ...new Set(shown)].join(' ') }
}
