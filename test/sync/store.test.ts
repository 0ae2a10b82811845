import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createClusterCertificate } from '@holdfast/control-plane/pki'
import { openDatabase, openStore, renewHistory } from '@holdfast/control-plane/store'
import type { DatabaseConfig, Store } from '@holdfast/control-plane/store'
import { consumers, entities, keyauthCredentials, upstreams } from '@holdfast/entities'
import { bootstrapped, silent } from '../../packages/control-plane/src/store/testing.ts'
import { startPostgres } from '../support/postgres.ts'
import type { TestPostgres } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { TestFleet, sourceOf } from './fleet.ts'
import type { CertificateFiles, DataPlane } from './fleet.ts'

let postgres: TestPostgres
let config: DatabaseConfig
let fleet: TestFleet
let files: CertificateFiles
let stores: Store[]
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.remove())
beforeEach(async () => {
  config = await bootstrapped(postgres)
  fleet = new TestFleet()
  files = fleet.write('shared', await createClusterCertificate())
  stores = []
})
afterEach(async () => {
  await fleet.end()
  for (const store of stores) await store.close()
})

async function controlPlane(): Promise<Awaited<ReturnType<TestFleet['controlPlane']>> & { store: Store }> {
  const store = await openStore(config, silent, { entities })
  stores.push(store)
  const plane = await fleet.controlPlane({ files, changeLog: store.log, fleetStore: store.fleet })
  return { ...plane, store }
}

async function arrived(plane: DataPlane, store: Store): Promise<void> {
  const head = await store.log.head()
  await until(`revision ${head.revision}`, () => {
    const { history, revision, digest } = plane.replica.standing
    return history === store.log.history && revision === head.revision && digest === head.digest
  })
}

test('two control planes on one database keep the data planes of both equal to it', async () => {
  const [one, two] = [await controlPlane(), await controlPlane()]
  const first = await fleet.dataPlane({ source: sourceOf(one.port, files) })
  await arrived(first, one.store)
  const [consumer, credential, upstream] = [randomUUID(), randomUUID(), randomUUID()]
  await one.store.transact(async (transaction) => {
    await transaction.insert('consumers', {
      id: consumer,
      username: 'ünï',
      tags: ['a', 'b'],
      created_at: 1_700_000_000,
    })
    await transaction.insert('keyauth_credentials', { id: credential, key: 'secret', consumer: { id: consumer } })
  })
  await two.store.transact((transaction) =>
    transaction.insert('upstreams', {
      id: upstream,
      name: 'up',
      slots: 100,
      healthchecks: { threshold: 12.5, active: { concurrency: 3, headers: { 'X-A': ['1', '2'] } } },
    }),
  )
  const second = await fleet.dataPlane({ source: sourceOf(two.port, files) })
  for (const plane of [first, second]) {
    await arrived(plane, two.store)
    const { reader } = plane.replica
    expect(reader.by(keyauthCredentials, 'key', 'secret')?.consumer).toEqual({ id: consumer })
    expect(reader.childrenOf(keyauthCredentials, 'consumer', consumer)).toHaveLength(1)
    expect(reader.by(upstreams, 'name', 'up')?.id).toBe(upstream)
  }
  await two.store.transact((transaction) => transaction.delete('consumers', consumer))
  for (const plane of [first, second]) {
    await arrived(plane, one.store)
    expect(plane.replica.reader.get(consumers, consumer)).toBeUndefined()
    expect(plane.replica.reader.by(keyauthCredentials, 'key', 'secret')).toBeUndefined()
  }
  for (const { hub } of [one, two]) {
    const listed = await until('both data planes in each listing', async () => {
      const records = await hub.fleet()
      return records.length === 2 && records.every((record) => record.lagRevisions === 0 && record.connected) && records
    })
    expect(listed.map((record) => record.controlPlane).toSorted()).toEqual(['cp-1', 'cp-2'])
  }
})

test('a database with another history is noticed, and everything is sent anew', async () => {
  const before = await controlPlane()
  await before.store.transact((transaction) => transaction.insert('consumers', { id: randomUUID(), username: 'a' }))
  const source = sourceOf(before.port, files)
  const plane = await fleet.dataPlane({ id: 'dp', source })
  await arrived(plane, before.store)
  await plane.stop()
  await before.stop()
  const database = openDatabase(config, silent)
  await renewHistory(database)
  await database.destroy()
  const after = await controlPlane()
  const back = await fleet.dataPlane({ id: 'dp', path: plane.path, source: sourceOf(after.port, files) })
  await arrived(back, after.store)
  expect(back.applied).toMatchObject([{ touched: 'all' }])
  expect(back.replica.reader.by(consumers, 'username', 'a')).toBeDefined()
})
