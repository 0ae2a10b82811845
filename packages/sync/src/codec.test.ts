import { randomBytes } from 'node:crypto'
import { crc32, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { Packr } from 'msgpackr'
import type { Revision } from './change.ts'
import { decodeFrame, encodeFrame, headerBytes } from './codec.ts'
import { emptyDigest } from './digest.ts'
import type { Message } from './messages.ts'

const wide = { frame: 1 << 20, message: 1 << 20 }
const revision = (n: number): Revision => n as Revision
const node = { id: 'n1', hostname: 'host', version: '1.2.3' }

const messages: Message[] = [
  {
    type: 'hello',
    protocol: { min: 1, max: 2 },
    node,
    labels: { region: 'eu' },
    plugins: [{ name: 'cors', version: '3.9.3' }],
    history: 'h',
    revision: revision(3),
    digest: emptyDigest,
    partial: { history: 'h', revision: revision(4), next: 2 },
  },
  { type: 'welcome', protocol: 1, node, history: 'h', revision: revision(9), digest: emptyDigest },
  { type: 'snapshot-begin', history: 'h', revision: revision(9), digest: emptyDigest, chunks: 2, rows: 1500, next: 0 },
  { type: 'snapshot-chunk', revision: revision(9), index: 1, rows: [['routes', 'r', { id: 'r', tags: ['a'] }]] },
  { type: 'snapshot-end', revision: revision(9), digest: emptyDigest },
  {
    type: 'delta',
    from: revision(1),
    to: revision(2),
    changes: [
      { op: 'put', entity: 'routes', id: 'r', row: { id: 'r', big: 2 ** 40, half: 0.5, none: null } },
      { op: 'delete', entity: 'routes', id: 's' },
    ],
    digest: emptyDigest,
  },
  { type: 'ack', revision: revision(2), digest: emptyDigest, apply_ms: 1.5 },
  { type: 'nack', revision: revision(2), errors: [{ entity: 'plugins', id: 'p', message: 'unknown plugin' }] },
  { type: 'resync', reason: 'gap', history: '', revision: revision(0), digest: emptyDigest },
  { type: 'status', revision: revision(2), digest: emptyDigest },
  { type: 'bye', reason: 'shutdown', message: 'stopping', retry_after: 500 },
]

for (const message of messages) {
  test(`${message.type} comes back as it went`, () => {
    expect(decodeFrame(encodeFrame(message), wide)).toEqual({ ok: true, message })
  })
}

test('large messages are compressed', () => {
  const rows = Array.from({ length: 200 }, (_, i) => ['routes', `r${i}`, { id: `r${i}`, paths: ['/x'] }] as const)
  const message: Message = { type: 'snapshot-chunk', revision: revision(1), index: 0, rows }
  const frame = encodeFrame(message)
  expect(frame.length).toBeLessThan(frame.readUInt32BE(4) / 2)
  expect(decodeFrame(frame, wide)).toEqual({ ok: true, message })
})

/** A frame whose header fits its payload, whatever the payload is. */
function frameOf(
  kind: number,
  raw: Buffer,
  options: { length?: number; compressed?: Buffer; compression?: number } = {},
): Buffer {
  const payload = options.compressed ?? raw
  const header = Buffer.alloc(headerBytes)
  header.set([0x48, kind, options.compression ?? (options.compressed ? 1 : 0)])
  header.writeUInt32BE(options.length ?? raw.length, 4)
  header.writeUInt32BE(crc32(payload), 8)
  return Buffer.concat([header, payload])
}

const pack = (value: unknown): Buffer => new Packr({ useRecords: true }).pack(value)
const ack = { revision: 1, digest: emptyDigest, apply_ms: 0 }
const without = (value: object, name: string): object =>
  Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))

describe('refused, with its kind', () => {
  const good = encodeFrame(messages[6]!)
  const bent = Buffer.from(good)
  bent[bent.length - 1]! ^= 1
  const bomb = Buffer.alloc(64 << 20)
  const cases: [string, Buffer, string][] = [
    ['nothing', Buffer.alloc(0), 'bad_frame'],
    ['a header cut off', good.subarray(0, 8), 'bad_frame'],
    ['a payload cut off', good.subarray(0, good.length - 1), 'checksum'],
    ['a bit flipped', bent, 'checksum'],
    ['another magic', frameOf(7, pack(ack)).fill(0, 0, 1), 'bad_frame'],
    ['an unknown kind', frameOf(99, pack(ack)), 'unknown_message'],
    ['a frame too large', Buffer.alloc((1 << 20) + 1), 'too_large'],
    ['a message too large', frameOf(7, pack(ack), { length: 2 << 20 }), 'too_large'],
    ['a decompression bomb', frameOf(7, bomb, { length: 1000, compressed: zstdCompressSync(bomb) }), 'bad_message'],
    ['an unknown compression', frameOf(7, pack(ack), { compression: 7 }), 'bad_message'],
    ['broken zstd', frameOf(7, pack(ack), { compression: 1 }), 'bad_message'],
    ['a wrong length', frameOf(7, pack(ack), { length: 5 }), 'bad_frame'],
    ['broken msgpack', frameOf(7, Buffer.from([0xc1, 0xff])), 'bad_message'],
    ['more than one value', frameOf(7, Buffer.concat([pack(ack), pack(ack)])), 'bad_message'],
    ['an array that claims 4 billion entries', frameOf(7, Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff])), 'bad_message'],
    ['a list instead of a map', frameOf(7, pack([1])), 'bad_message'],
    ['a missing member', frameOf(7, pack(without(ack, 'digest'))), 'bad_message'],
    ['a wrong type', frameOf(7, pack({ ...ack, revision: '1' })), 'bad_message'],
    ['a negative revision', frameOf(7, pack({ ...ack, revision: -1 })), 'bad_message'],
    ['a fractional revision', frameOf(7, pack({ ...ack, revision: 1.5 })), 'bad_message'],
    ['an infinite time', frameOf(7, pack({ ...ack, apply_ms: Infinity })), 'bad_message'],
    ['a digest in capitals', frameOf(7, pack({ ...ack, digest: 'F'.repeat(32) })), 'bad_message'],
    ['an unknown reason', frameOf(9, pack({ ...ack, reason: 'bored', history: '' })), 'bad_message'],
    [
      'too many errors',
      frameOf(
        8,
        pack({ revision: 1, errors: Array.from({ length: 101 }, () => ({ entity: '', id: '', message: '' })) }),
      ),
      'bad_message',
    ],
    [
      'a text too long',
      frameOf(11, pack({ reason: 'busy', message: 'x'.repeat(5000), retry_after: 0 })),
      'bad_message',
    ],
    ['endless nesting', frameOf(7, Buffer.alloc(500_000, 0x91)), 'bad_message'],
  ]
  for (const [name, frame, kind] of cases) {
    test(`${name}`, () => {
      const decoded = decodeFrame(frame, wide)
      expect(decoded).toMatchObject({ ok: false, error: { kind } })
    })
  }
})

test('no bytes make the decoder throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 12 }), (bytes, kind) => {
      expect(decodeFrame(bytes, wide).ok).toBe(false)
      expect(() => decodeFrame(frameOf(kind, Buffer.from(bytes)), wide)).not.toThrow()
    }),
    { numRuns: 2000 },
  )
  for (const message of messages) {
    for (let i = 0; i < 200; i++) {
      const raw = pack({ ...message, type: undefined })
      raw[i % raw.length] = randomBytes(1)[0]!
      expect(() => decodeFrame(frameOf((i % 11) + 1, raw), wide)).not.toThrow()
    }
  }
})
