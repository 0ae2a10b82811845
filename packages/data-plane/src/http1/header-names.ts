/**
 * Header names that the engine itself acts on. An id is an index into `names`; 0 means any other name. There are 31, so that the set
 * of those in a head fits in the bits of one number.
 */
const names = [
  '',
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy',
  'transfer-encoding',
  'content-length',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'via',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-path',
  'x-forwarded-prefix',
  'x-real-ip',
  'x-kong-request-id',
  'server',
  'date',
  'x-kong-upstream-latency',
  'x-kong-proxy-latency',
  'x-kong-response-latency',
  'x-kong-upstream-status',
  'x-accel-expires',
  'x-accel-redirect',
  'x-accel-limit-rate',
  'x-accel-buffering',
  'x-accel-charset',
] as const

export type EngineHeader = Exclude<(typeof names)[number], ''>

/** Id of a header line that no reader sees and nobody sends on. */
export const droppedLine = names.length

export function headerId(name: EngineHeader): number {
  return names.indexOf(name)
}

/** A table over ids with 1 for the given names and for dropped lines. */
export function headerSet(...members: EngineHeader[]): Uint8Array {
  const set = new Uint8Array(names.length + 1)
  for (const member of members) set[headerId(member)] = 1
  set[droppedLine] = 1
  return set
}

export const nameSeed = 7

/** Hash of a name in lower case; the scanner computes the same one byte by byte. Never relied on without comparing the name. */
export function hashName(lowerCaseName: string): number {
  let hash = nameSeed
  for (let i = 0; i < lowerCaseName.length; i++) hash = (Math.imul(hash, 31) + lowerCaseName.charCodeAt(i)) | 0
  return hash
}

const slotCount = 256
const slots = new Uint8Array(slotCount)
const hashes = new Int32Array(names.length)
for (let id = 1; id < names.length; id++) {
  const hash = hashName(names[id]!)
  hashes[id] = hash
  let slot = hash & (slotCount - 1)
  while (slots[slot] !== 0) slot = (slot + 1) & (slotCount - 1)
  slots[slot] = id
}

/** The id of the name that stands in `bytes` from `start` to `end`. */
export function findHeaderId(hash: number, bytes: Uint8Array, start: number, end: number): number {
  for (let slot = hash & (slotCount - 1); ; slot = (slot + 1) & (slotCount - 1)) {
    const id = slots[slot]!
    if (id === 0) return 0
    if (hashes[id] === hash && isName(names[id]!, bytes, start, end)) return id
  }
}

function isName(name: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[start + i]!
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
    if (lower !== name.charCodeAt(i)) return false
  }
  return true
}
