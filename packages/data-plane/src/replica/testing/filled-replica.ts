// Replicas with rows in a folder of their own, for tests.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addRow, formatDigest } from '@holdfast/sync'
import type { Change, Delta, Revision, WireRow } from '@holdfast/sync'
import { Replica } from '../replica.ts'
import type { ReplicaLog } from '../replica.ts'

export type NamedRow = readonly [entity: string, id: string, row: WireRow]

export const log: ReplicaLog = { info: () => {}, warn: () => {}, error: () => {} }

/** A folder for a replica, and the function that removes it. */
export function replicaFolder(): { path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-replica-'))
  return { path: join(folder, 'replica'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export const revision = (n: number): Revision => n as Revision

export const route = (id: string, service: string | null = null, name = `route-${id}`): WireRow => ({
  id,
  name,
  service: service && { id: service },
})

export const put = (entity: string, id: string, row: WireRow): Change => ({ op: 'put', entity, id, row })

export function digestOf(rows: readonly NamedRow[]): string {
  return formatDigest(rows.reduce((sum, [entity, id, row]) => addRow(sum, entity, id, row), 0n))
}

export const twoRoutes: readonly [NamedRow, NamedRow, NamedRow] = [
  ['services', 's1', { id: 's1', name: 'one' }],
  ['routes', 'a', route('a', 's1')],
  ['routes', 'b', route('b')],
]

/** A replica that stands at revision 1 of `life` with these rows. */
export async function filled(path: string, rows: readonly NamedRow[]): Promise<Replica> {
  const replica = await Replica.open({ path, log })
  await snapshot(replica, rows)
  return replica
}

/** Puts these rows in the place of everything. */
export async function snapshot(
  replica: Replica,
  rows: readonly NamedRow[],
  { history = 'life', at = 1, chunk = 1000 } = {},
): Promise<void> {
  const digest = digestOf(rows)
  const chunks = Math.ceil(rows.length / chunk)
  await replica.beginSnapshot({ history, revision: revision(at), digest, chunks, next: 0 })
  for (let i = 0; i < chunks; i++) replica.storeChunk(i, rows.slice(i * chunk, (i + 1) * chunk))
  const prepared = replica.prepareSnapshot(digest)
  if (prepared.kind !== 'ready') throw new Error(prepared.kind)
  prepared.commit()
}

export function delta(from: number, to: number, changes: Change[], rowsAfter: readonly NamedRow[]): Delta {
  return { from: revision(from), to: revision(to), changes, digest: digestOf(rowsAfter) }
}
