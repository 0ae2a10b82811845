// Says what it found in the replica, then applies deltas of random size as fast as it can and says so, until it is killed.
import { addRow, formatDigest, parseDigest, removeRow } from '@holdfast/sync'
import type { Change, Revision, WireRow } from '@holdfast/sync'
import { consumers } from '@holdfast/entities'
import { Replica } from '../replica.ts'

const replica = await Replica.open({ path: process.argv[2]!, log: { info() {}, warn() {}, error() {} } })
let found = 0n
for (const row of replica.reader.all(consumers)) found = addRow(found, 'consumers', row.id, row as WireRow)
process.stdout.write(`${JSON.stringify({ standing: replica.standing, digest: formatDigest(found) })}\n`)
if (replica.standing.history === '') {
  const digest = formatDigest(0n)
  await replica.beginSnapshot({ history: 'life', revision: 1 as Revision, digest, chunks: 0, next: 0 })
  const prepared = replica.prepareSnapshot(digest)
  if (prepared.kind === 'ready') prepared.commit()
}
for (;;) {
  const { revision, digest } = replica.standing
  let sum = parseDigest(digest)!
  const changes = new Map<string, Change>()
  for (let i = Math.ceil(Math.random() * 200); i > 0; i--) {
    const id = `c${Math.floor(Math.random() * 500)}`
    if (changes.has(id)) continue
    const before = replica.reader.get(consumers, id) as WireRow | undefined
    if (before) sum = removeRow(sum, 'consumers', id, before)
    const row = { id, username: `u${id}`, custom_id: `${Math.random()}` }
    if (Math.random() < 0.7) {
      sum = addRow(sum, 'consumers', id, row)
      changes.set(id, { op: 'put', entity: 'consumers', id, row })
    } else changes.set(id, { op: 'delete', entity: 'consumers', id })
  }
  const to = (revision + 1) as Revision
  const outcome = replica.apply({ from: revision, to, changes: [...changes.values()], digest: formatDigest(sum) })
  if (outcome !== 'applied') throw new Error(outcome)
  process.stdout.write('applied\n')
}
