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

/** Where the ids of names with this length and first letter begin in `candidates`; 0 for none, and for most names there is none. */
const slots = new Uint8Array(32 * 32)
/** Lists of ids, each ended by 0. */
const candidates: number[] = [0]
for (let id = 1; id < names.length; id++) {
  const slot = slotOf(names[id]!.length, names[id]!.charCodeAt(0))
  if (slots[slot] !== 0) continue
  slots[slot] = candidates.length
  for (let other = id; other < names.length; other++) {
    if (slotOf(names[other]!.length, names[other]!.charCodeAt(0)) === slot) candidates.push(other)
  }
  candidates.push(0)
}

/** Letters of either case share their low five bits. */
function slotOf(length: number, first: number): number {
  return ((length & 31) << 5) | (first & 31)
}

/** The id of the name that stands in `bytes` from `start` to `end`. */
export function findHeaderId(bytes: Uint8Array, start: number, end: number): number {
  let at = slots[slotOf(end - start, bytes[start]!)]!
  if (at === 0) return 0
  for (let id = candidates[at]!; id !== 0; id = candidates[++at]!) if (isName(names[id]!, bytes, start, end)) return id
  return 0
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
