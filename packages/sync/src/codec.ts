import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { Packr } from 'msgpackr'
import type { Message, MessageType } from './messages.ts'
import { Malformed, parseMessage } from './parse-message.ts'
import type { ProtocolError } from './protocol-error.ts'

/** Bytes of a frame's header: magic, kind, compression, reserved; then length of the message and CRC-32 of the payload. */
export const headerBytes = 12

const magic = 0x48
const plain = 0
const zstd = 1
/** Below this many bytes compression costs more than it saves. */
const compressFrom = 512

/** The number of each message on the wire; a number is never used again for something else. */
const kinds: { readonly [T in MessageType]: number } = {
  hello: 1,
  welcome: 2,
  'snapshot-begin': 3,
  'snapshot-chunk': 4,
  'snapshot-end': 5,
  delta: 6,
  ack: 7,
  nack: 8,
  resync: 9,
  status: 10,
  bye: 11,
}
const typeOfKind = new Map(Object.entries(kinds).map(([type, kind]) => [kind, type as MessageType]))

/** Record definitions are written into each message, so that every frame can be read alone. */
const packr = new Packr({ useRecords: true, mapsAsObjects: true, moreTypes: false, copyBuffers: true })

export interface FrameLimits {
  /** Most bytes of the frame, and of its message after decompression. */
  readonly frame: number
  readonly message: number
}

export type Decoded =
  { readonly ok: true; readonly message: Message } | { readonly ok: false; readonly error: ProtocolError }

/** One message as one WebSocket frame. */
export function encodeFrame(message: Message): Buffer {
  const { type, ...members } = message
  const raw = packr.pack(members)
  const small = raw.length >= compressFrom ? compress(raw) : raw
  const compressed = small.length < raw.length
  const payload = compressed ? small : raw
  const frame = Buffer.allocUnsafe(headerBytes + payload.length)
  frame[0] = magic
  frame[1] = kinds[type]
  frame[2] = compressed ? zstd : plain
  frame[3] = 0
  frame.writeUInt32BE(raw.length, 4)
  frame.writeUInt32BE(crc32(payload), 8)
  frame.set(payload, headerBytes)
  return frame
}

/** Reads a frame. Whatever the bytes are, this returns; it never spends more memory than the limits allow. */
export function decodeFrame(frame: Uint8Array, limits: FrameLimits): Decoded {
  if (frame.byteLength > limits.frame) return refuse('too_large', `frame of ${frame.byteLength} bytes`)
  if (frame.byteLength < headerBytes) return refuse('bad_frame', 'shorter than its header')
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
  if (bytes[0] !== magic || bytes[3] !== 0) return refuse('bad_frame', 'not a frame of this protocol')
  const type = typeOfKind.get(bytes[1] ?? 0)
  if (!type) return refuse('unknown_message', `kind ${bytes[1]}`)
  const length = bytes.readUInt32BE(4)
  if (length > limits.message) return refuse('too_large', `${type} of ${length} bytes`)
  const payload = bytes.subarray(headerBytes)
  if (crc32(payload) !== bytes.readUInt32BE(8)) return refuse('checksum', type)
  try {
    const raw = decompress(payload, bytes[2] ?? plain, length)
    if (raw.length !== length) return refuse('bad_frame', `${type} has ${raw.length} bytes instead of ${length}`)
    return { ok: true, message: parseMessage(type, packr.unpack(raw)) }
  } catch (error) {
    const reason = error instanceof Malformed ? error.message : 'is not readable'
    return refuse('bad_message', `${type}: ${reason}`)
  }
}

function compress(raw: Buffer): Buffer {
  return zstdCompressSync(raw, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
}

function decompress(payload: Buffer, compression: number, length: number): Buffer {
  if (compression === plain) return payload
  if (compression !== zstd) throw new Malformed(`compression ${compression} is not known`)
  // A frame that says less than it holds must not be unfolded beyond what it said.
  return zstdDecompressSync(payload, { maxOutputLength: Math.max(length, 1) })
}

function refuse(kind: ProtocolError['kind'], message: string): Decoded {
  return { ok: false, error: { kind, message } }
}
