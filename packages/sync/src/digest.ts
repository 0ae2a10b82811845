import { hash } from 'node:crypto'
import type { WireRow } from './change.ts'

/**
 * Fingerprint of a whole configuration: the sum of its rows' hashes modulo 2^128. Addition does not care about order and can
 * be undone, so both ends keep it up to date with the rows that changed alone.
 */
export type DigestSum = bigint

const modulus = 1n << 128n

/** The digest of no rows, as it travels. */
export const emptyDigest = '0'.repeat(32)

/**
 * First 16 bytes of SHA-256 over entity, id and the row's canonical text, as a number (big endian). The same row hashes the
 * same whether it came from JSON, msgpack or a jsonb column; a member that is null counts as absent.
 */
export function rowHash(entity: string, id: string, row: WireRow): DigestSum {
  return BigInt(`0x${hash('sha256', `${entity}\n${id}\n${canonicalText(row)}`, 'hex').slice(0, 32)}`)
}

export function addRow(sum: DigestSum, entity: string, id: string, row: WireRow): DigestSum {
  const next = sum + rowHash(entity, id, row)
  return next >= modulus ? next - modulus : next
}

/** Undoes `addRow` of the same row. */
export function removeRow(sum: DigestSum, entity: string, id: string, row: WireRow): DigestSum {
  const next = sum - rowHash(entity, id, row)
  return next < 0n ? next + modulus : next
}

/** As it travels: 32 hex digits, lower case. */
export function formatDigest(sum: DigestSum): string {
  return sum.toString(16).padStart(32, '0')
}

/** `undefined` unless the text is 32 lower-case hex digits. */
export function parseDigest(text: string): DigestSum | undefined {
  return /^[0-9a-f]{32}$/.test(text) ? BigInt(`0x${text}`) : undefined
}

/**
 * JSON with object members sorted by UTF-16 code units, null and undefined members left out at every depth, no white space.
 * Numbers are written as JavaScript writes them, which gives 1, 1.0 and 1e0 one form, and -0 the form of 0.
 */
export function canonicalText(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value !== 'object') return JSON.stringify(typeof value === 'bigint' ? Number(value) : value)
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  let text = ''
  for (const key of Object.keys(value).toSorted()) {
    const member = (value as Record<string, unknown>)[key]
    if (member === null || member === undefined) continue
    // The msgpack decoder renames this member, for safety; both ends must still agree on the row.
    const name = key === '__proto__' ? '__proto_' : key
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalText(member)}`
  }
  return `{${text}}`
}
