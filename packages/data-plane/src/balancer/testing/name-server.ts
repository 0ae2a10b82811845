import { createSocket } from 'node:dgram'
import type { AddressInfo } from 'node:net'

export interface NameServer {
  /** `address:port` to ask. */
  readonly address: string
  /** Names asked for IPv4 addresses, in order. */
  readonly asked: readonly string[]
  close(): void
}

/** A name server on a socket of this machine that knows some IPv4 addresses; with `refuse` it fails every question. */
export async function startNameServer(
  records: Readonly<Record<string, { readonly addresses: readonly string[]; readonly ttl: number }>>,
  behaviour: { refuse?: boolean } = {},
): Promise<NameServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query)
    if (type === 1) asked.push(name)
    const record = records[name]
    const addresses = type === 1 && record && !behaviour.refuse ? record.addresses : []
    const head = Buffer.from(query.subarray(0, 12))
    // 3: no such name; 2: server failure; 0: there is such a name.
    head.writeUInt16BE(0x8180 | (behaviour.refuse ? 2 : record ? 0 : 3), 2)
    head.writeUInt16BE(addresses.length, 6)
    head.writeUInt32BE(0, 8)
    const answers = addresses.map((address) => {
      const fixed = Buffer.from('c00c00010001000000000004', 'hex')
      fixed.writeUInt32BE(record!.ttl, 6)
      return Buffer.concat([fixed, Buffer.from(address.split('.').map(Number))])
    })
    socket.send(Buffer.concat([head, query.subarray(12, end), ...answers]), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address() as AddressInfo
  return { address: `127.0.0.1:${port}`, asked, close: () => socket.close() }
}

function readQuestion(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}
