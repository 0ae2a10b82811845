import { emptyDigest } from '@holdfast/sync'
import type { Hello, Revision } from '@holdfast/sync'
import { beforeEach, expect, test } from 'vitest'
import { Fleet } from './fleet.ts'
import type { DataPlaneRecord, FleetStore } from './fleet-store.ts'

const revision = (n: number): Revision => n as Revision
const digest = (n: number): string => String(n).padStart(32, '0')
const head = (n: number): { history: string; revision: Revision; digest: string } => ({
  history: 'h',
  revision: revision(n),
  digest: digest(n),
})
const hello = (id: string, at: number): Hello => ({
  type: 'hello',
  protocol: { min: 1, max: 1 },
  node: { id, hostname: id, version: '1.0.0' },
  labels: {},
  plugins: [],
  ...head(at),
  partial: null,
})
const peer = { ip: '10.0.0.1', certificateExpiry: 9 }

class Store implements FleetStore {
  readonly records = new Map<string, DataPlaneRecord>()
  readonly batches: number[] = []
  away = false

  async save(batch: readonly DataPlaneRecord[]): Promise<void> {
    if (this.away) throw new Error('away')
    this.batches.push(batch.length)
    for (const record of batch) this.records.set(record.id, record)
  }

  async load(): Promise<readonly DataPlaneRecord[]> {
    return [...this.records.values()]
  }

  async purge(before: number): Promise<number> {
    const old = [...this.records.values()].filter((record) => record.lastSeen < before)
    for (const record of old) this.records.delete(record.id)
    return old.length
  }
}

let now: number
let store: Store
let warnings: string[]
let fleet: Fleet
beforeEach(() => {
  now = 1000
  store = new Store()
  warnings = []
  const log = {
    debug: () => {},
    info: () => {},
    warn: (_: object, text: string) => warnings.push(text),
    error: () => {},
  }
  fleet = new Fleet({ store, log, controlPlane: 'cp', now: () => now })
  fleet.headMoved(head(5))
})

const one = async (): Promise<DataPlaneRecord | undefined> => (await fleet.list(60_000))[0]

test('lag counts from when the data plane fell behind until it stands at the head', async () => {
  fleet.connected(hello('a', 5), peer)
  expect(await one()).toMatchObject({ syncStatus: 'normal', lagRevisions: 0, lagMs: 0 })
  now = 2000
  fleet.headMoved(head(6))
  now = 3000
  fleet.headMoved(head(8))
  now = 4500
  expect(await one()).toMatchObject({ lagRevisions: 3, lagMs: 2500, revision: 5 })
  fleet.stands('a', head(8))
  expect(await one()).toMatchObject({ lagRevisions: 0, lagMs: 0, revision: 8, digest: digest(8), lastSeen: 4500 })
})

test('a nack stays until the head is served', async () => {
  fleet.connected(hello('a', 4), peer)
  fleet.nacked('a', { type: 'nack', revision: revision(5), errors: [{ entity: 'plugins', id: 'p', message: 'no' }] })
  expect(await one()).toMatchObject({ syncStatus: 'nacked', revision: 4, lastError: { revision: 5, at: 1000 } })
  fleet.stands('a', head(5))
  expect(await one()).toMatchObject({ syncStatus: 'normal', lastError: null })
})

test('changes are saved in one batch, and again when the store was away', async () => {
  for (let i = 0; i < 100; i++) fleet.connected(hello(`dp-${i}`, 5), peer)
  for (let i = 0; i < 100; i++) fleet.seen(`dp-${i}`)
  store.away = true
  await fleet.flush()
  expect(warnings).toHaveLength(1)
  store.away = false
  await fleet.flush()
  await fleet.flush()
  expect(store.batches).toEqual([100])
})

test('data planes of other control planes are listed; one that fell silent does not count as connected', async () => {
  fleet.connected(hello('a', 5), peer)
  await fleet.flush()
  const mine = store.records.get('a')!
  store.records.set('b', { ...mine, id: 'b', controlPlane: 'other', lastSeen: 900 })
  store.records.set('c', { ...mine, id: 'c', controlPlane: 'other', lastSeen: -90_000 })
  const listed = (await fleet.list(60_000)).map(({ id, controlPlane, connected }) => [id, controlPlane, connected])
  expect(listed).toEqual([
    ['a', 'cp', true],
    ['b', 'other', true],
    ['c', 'other', false],
  ])
})

test('a data plane that moved to another control plane is shown as that one knows it', async () => {
  fleet.connected(hello('a', 5), peer)
  await fleet.flush()
  fleet.disconnected('a')
  now = 5000
  store.records.set('a', { ...store.records.get('a')!, controlPlane: 'other', connected: true, lastSeen: 4000 })
  expect(await one()).toMatchObject({ controlPlane: 'other', connected: true })
})

test('who was not seen for long is forgotten, here and in the store', async () => {
  fleet.connected(hello('a', 5), { ...peer, certificateExpiry: null })
  fleet.disconnected('a')
  await fleet.flush()
  now = 100_000
  await fleet.purge(50_000)
  expect(await fleet.list(60_000)).toEqual([])
  expect(store.records.size).toBe(0)
})

test('an empty data plane of another history is behind', async () => {
  fleet.connected({ ...hello('a', 0), history: '', digest: emptyDigest }, peer)
  now = 1500
  expect(await one()).toMatchObject({ syncStatus: 'unknown', lagRevisions: 5, lagMs: 500 })
})
