import { isIP } from 'node:net'

/** What a load balancer in front says about a connection. Without addresses for its own health checks. */
export interface ProxiedConnection {
  readonly ip: string | undefined
  readonly port: number | undefined
  /** Bytes of the header. */
  readonly length: number
}

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const longestV1 = 107
/** Addresses and a few extensions; the format would allow 64 KB. */
const longestV2 = 16 + 4096

/**
 * Reads the header of the PROXY protocol, version 1 (text) or 2 (binary), that stands before everything else on a connection.
 * `more`: it is not whole; `bad`: it is none, or broken, and the connection must not be believed.
 */
export function readProxyHeader(bytes: Buffer): ProxiedConnection | 'more' | 'bad' {
  const compared = Math.min(bytes.length, signature.length)
  if (bytes.subarray(0, compared).equals(signature.subarray(0, compared))) return readBinary(bytes)
  return readText(bytes)
}

function readText(bytes: Buffer): ProxiedConnection | 'more' | 'bad' {
  const head = bytes.toString('latin1', 0, longestV1)
  if (!'PROXY '.startsWith(head.slice(0, 6))) return 'bad'
  const end = head.indexOf('\r\n')
  if (end < 0) return head.length < longestV1 ? 'more' : 'bad'
  const line = head.slice(0, end)
  const length = end + 2
  if (/^PROXY UNKNOWN( |$)/.test(line)) return { ip: undefined, port: undefined, length }
  const match = /^PROXY TCP([46]) (\S+) (\S+) (\d{1,5}) (\d{1,5})$/.exec(line)
  if (!match) return 'bad'
  const [, family, ip, to, port] = match
  if (isIP(ip!) !== Number(family) || isIP(to!) !== Number(family) || Number(port) > 65_535) return 'bad'
  return { ip: ip!, port: Number(port), length }
}

function readBinary(bytes: Buffer): ProxiedConnection | 'more' | 'bad' {
  if (bytes.length < 16) return 'more'
  const version = bytes[12]! >> 4
  const command = bytes[12]! & 15
  const length = 16 + bytes.readUInt16BE(14)
  if (version !== 2 || command > 1 || length > longestV2) return 'bad'
  if (bytes.length < length) return 'more'
  const nobody = { ip: undefined, port: undefined, length }
  if (command === 0) return nobody
  switch (bytes[13]) {
    case 0x11:
      if (length < 28) return 'bad'
      return { ip: [...bytes.subarray(16, 20)].join('.'), port: bytes.readUInt16BE(24), length }
    case 0x21: {
      if (length < 52) return 'bad'
      const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(16 + i * 2).toString(16))
      return { ip: groups.join(':'), port: bytes.readUInt16BE(48), length }
    }
    default:
      return nobody
  }
}
