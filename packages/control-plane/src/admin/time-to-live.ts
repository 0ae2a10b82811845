/** Clients give and see the seconds that a row has left; the store keeps when it ends. */
import type { Entity } from '@holdfast/entities'
import type { WireRow } from '@holdfast/sync'
import { EXPIRY } from '../store/table.ts'
import { AdminRefusal } from './problem.ts'

const MAX_TTL = 100_000_000

/**
 * Takes the member `ttl` out of what a client gave.
 * @throws {AdminRefusal} `invalid_options`
 */
export function takeTimeToLive(entity: Entity, given: WireRow): { ttl: number | undefined; input: WireRow } {
  if (entity.ttl !== true || !('ttl' in given)) return { ttl: undefined, input: given }
  const { ttl, ...input } = given
  if (ttl === null || ttl === undefined) return { ttl: undefined, input }
  if (typeof ttl !== 'number' || !Number.isInteger(ttl) || ttl < 0 || ttl > MAX_TTL) {
    const reason = `must be an integer between 0 and ${MAX_TTL}`
    throw new AdminRefusal({ kind: 'invalid_options', options: { ttl: reason } })
  }
  return { ttl, input }
}

/** When the row ends: what was asked for, else what `current` has. A time to live of 0 means for ever. */
export function storedExpiry(
  entity: Entity,
  ttl: number | undefined,
  current: WireRow | undefined,
  now: number,
): WireRow {
  if (entity.ttl !== true) return {}
  if (ttl === undefined) return { [EXPIRY]: current?.[EXPIRY] ?? null }
  return { [EXPIRY]: ttl === 0 ? null : Math.ceil(now / 1000) + ttl }
}

/** A stored row as its schema knows it. */
export function withoutExpiry(row: WireRow): WireRow {
  const { [EXPIRY]: _, ...fields } = row
  return fields
}

export function withTimeToLive(entity: Entity, row: WireRow, now: number): WireRow {
  if (entity.ttl !== true) return row
  const { [EXPIRY]: expiry, ...shown } = row
  return { ...shown, ttl: typeof expiry === 'number' ? Math.max(0, expiry - Math.ceil(now / 1000)) : null }
}
