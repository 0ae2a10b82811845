import { randomBytes, randomUUID } from 'node:crypto'
import { type DigestSum, type Revision, addRow, emptyDigest, formatDigest } from '@holdfast/sync'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestPostgres, startPostgres } from '../../../../test/support/postgres.ts'
import type { DatabaseConfig } from '../config.ts'
import { openDatabase } from './database.ts'
import type { StoreProblem } from './refusal.ts'
import { type Store, renewHistory } from './store.ts'
import { bootstrapped, openTestStore, silent, uuid } from './testing.ts'
import type { WriteTransaction } from './write-transaction.ts'

let postgres: TestPostgres
let config: DatabaseConfig
let store: Store
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.remove())
beforeEach(async () => {
  config = await bootstrapped(postgres)
  store = await openTestStore(config)
})
afterEach(() => store.close())

const service = (id: string, members: object = {}) => ({
  id,
  name: `s-${id}`,
  protocol: 'http',
  host: 'a.test',
  port: 80,
  enabled: true,
  ...members,
})
const route = (id: string, members: object = {}) => ({
  id,
  protocols: ['http'],
  https_redirect_status_code: 426,
  strip_path: true,
  preserve_host: false,
  request_buffering: true,
  response_buffering: true,
  ...members,
})
const plugin = (id: string, members: object = {}) => ({
  id,
  name: 'cors',
  protocols: ['http'],
  enabled: true,
  ...members,
})
const consumer = (id: string, members: object = {}) => ({ id, username: `c-${id}`, ...members })

async function digestOfRows(
  from: Store,
): Promise<{ revision: Revision; stored: string; counted: string; rows: number }> {
  return from.log.snapshot(async (head, pages) => {
    let sum: DigestSum = 0n
    let rows = 0
    for await (const page of pages) {
      for (const { entity, id, row } of page) {
        sum = addRow(sum, entity, id, row)
        rows++
      }
    }
    return { revision: head.revision, stored: head.digest, counted: formatDigest(sum), rows }
  })
}

async function refusal(work: (transaction: WriteTransaction) => Promise<unknown>): Promise<StoreProblem | string> {
  try {
    await store.transact(work)
    return 'no refusal'
  } catch (error) {
    return (error as { problem?: StoreProblem }).problem ?? String(error)
  }
}

describe('revisions', () => {
  test('one transaction is one revision, one without changes is none', async () => {
    expect(await store.log.head()).toEqual({ revision: 0, digest: emptyDigest })
    await store.transact(async (transaction) => {
      await transaction.insert('services', service(uuid(1)))
      await transaction.insert('routes', route(uuid(2), { service: { id: uuid(1) } }))
    })
    await store.transact(async (transaction) => {
      const row = await transaction.lock('services', uuid(1))
      await transaction.update('services', { ...row })
    })
    await store.transact((transaction) => transaction.delete('services', uuid(9)))
    expect((await store.log.head()).revision).toBe(1)
    const log = await store.log.changes(0 as Revision, 1 as Revision)
    expect(log?.changes.map(({ revision, change }) => [revision, change.op, change.entity])).toEqual([
      [1, 'put', 'services'],
      [1, 'put', 'routes'],
    ])
    expect(log?.digest).toBe((await store.log.head()).digest)
  })

  test('what waits for the commit is told its revision, and nothing where there is none', async () => {
    const told: number[] = []
    const committed = async (revision: number): Promise<void> => {
      // Whoever is told finds it committed.
      expect((await store.log.head()).revision).toBe(revision)
      told.push(revision)
    }
    const before = (await store.log.head()).revision
    const [id, row] = [uuid(901), { id: uuid(901), username: 'told' }]
    await store.transact((transaction) => transaction.insert('consumers', row), committed)
    await store.transact(async (transaction) => transaction.get('consumers', id), committed)
    const failing = store.transact((transaction) => transaction.insert('consumers', row), committed)
    await expect(failing).rejects.toThrow()
    expect(told).toEqual([before + 1])
  })

  test('a transaction that fails leaves nothing', async () => {
    const work = store.transact(async (transaction) => {
      await transaction.insert('services', service(uuid(1)))
      throw new Error('changed my mind')
    })
    await expect(work).rejects.toThrow('changed my mind')
    expect(await store.log.head()).toEqual({ revision: 0, digest: emptyDigest })
    expect(await store.reader.get('services', uuid(1))).toBeUndefined()
  })

  test('the row in the log is the row in the table, whatever it holds', async () => {
    const settings = { 'ż"\\': [1.5, 1e21, -0, 9007199254740991, '😀', null, { b: 1, a: {} }], n: null, empty: [] }
    const row = await store.transact((t) =>
      t.insert('plugins', plugin(uuid(1), { config: settings, tags: ['a', 'b'] })),
    )
    const log = await store.log.changes(0 as Revision, 1 as Revision)
    expect(log?.changes[0]?.change).toEqual({ op: 'put', entity: 'plugins', id: uuid(1), row })
    expect(await store.reader.get('plugins', uuid(1))).toEqual(row)
    expect((await digestOfRows(store)).counted).toBe((await store.log.head()).digest)
  })

  test('two control planes write at once: commits in order, no gap for a follower, digest right', async () => {
    const other = await openTestStore(config)
    const stores = [store, other]
    const seen: number[] = []
    let position = 0 as Revision
    let following = Promise.resolve()
    const follow = async () => {
      const head = await other.log.head()
      if (head.revision <= position) return
      const log = await other.log.changes(position, head.revision)
      if (!log) throw new Error('gap')
      seen.push(...new Set(log.changes.map((entry) => entry.revision)))
      position = head.revision
    }
    const stop = other.log.onCommit(() => {
      following = following.then(follow)
    })
    const shared = consumer(uuid(1))
    await store.transact((transaction) => transaction.insert('consumers', shared))
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let turn = 0; turn < 50; turn++) {
        await (stores[writer % 2] as Store).transact(async (transaction) => {
          const id = randomUUID()
          await transaction.insert('services', service(id))
          await transaction.insert('routes', route(randomUUID(), { service: { id }, tags: [`w${writer}`] }))
          // Where all writers meet.
          await transaction.update('consumers', { ...shared, custom_id: `${writer}-${turn}` })
        })
      }
    })
    await Promise.all(writers)
    await expect.poll(() => position, { timeout: 10_000 }).toBe((await store.log.head()).revision)
    stop()
    await following
    const { revision, stored, counted, rows } = await digestOfRows(store)
    expect(revision).toBe(401)
    expect(seen).toEqual(Array.from({ length: revision }, (_, index) => index + 1))
    expect(counted).toBe(stored)
    expect(rows).toBe(801)
    await other.close()
  })

  test('transactions that wait for each other are done again', async () => {
    await store.transact(async (transaction) => {
      for (const n of [1, 2]) await transaction.insert('consumers', consumer(uuid(n)))
    })
    let waiting = 0
    const meet = Promise.withResolvers<void>()
    const swap = (first: number, second: number) =>
      store.transact(async (transaction) => {
        await transaction.update('consumers', consumer(uuid(first), { custom_id: `${first}${second}-1` }))
        if (++waiting === 2) meet.resolve()
        await meet.promise
        await transaction.update('consumers', consumer(uuid(second), { custom_id: `${first}${second}-2` }))
      })
    await Promise.all([swap(1, 2), swap(2, 1)])
    expect((await store.log.head()).revision).toBe(3)
    expect(waiting).toBe(3)
  })

  test('a transaction of several thousand rows is one revision', async () => {
    await store.transact(async (transaction) => {
      for (let n = 1; n <= 2500; n++) await transaction.insert('consumers', consumer(uuid(n)))
    })
    const log = await store.log.changes(0 as Revision, 1 as Revision)
    expect(log?.changes.map((entry) => entry.change.id)).toEqual(Array.from({ length: 2500 }, (_, n) => uuid(n + 1)))
    const { stored, counted, rows } = await digestOfRows(store)
    expect([counted, rows]).toEqual([stored, 2500])
  })

  test('trimming keeps whole revisions, and a reader from before them is told', async () => {
    const trimming = await openTestStore(config, { trimMs: 20, limits: { maxAgeMs: 3_600_000, maxChanges: 6 } })
    for (let n = 1; n <= 5; n++) {
      await trimming.transact(async (transaction) => {
        await transaction.insert('consumers', consumer(uuid(2 * n)))
        await transaction.insert('consumers', consumer(uuid(2 * n + 1)))
      })
    }
    await expect.poll(() => trimming.log.oldest()).toBe(2)
    expect(await trimming.log.changes(1 as Revision, 5 as Revision)).toBeUndefined()
    expect((await trimming.log.changes(2 as Revision, 5 as Revision))?.changes).toHaveLength(6)
    expect((await trimming.log.changes(5 as Revision, 5 as Revision))?.changes).toEqual([])
    expect(await trimming.log.changes(5 as Revision, 6 as Revision)).toBeUndefined()
    await trimming.close()
    const aging = await openTestStore(config, { trimMs: 20, limits: { maxAgeMs: 0, maxChanges: 100 } })
    await expect.poll(() => aging.log.oldest()).toBe(5)
    expect((await aging.log.head()).revision).toBe(5)
    await aging.close()
  })

  test('a renewed history is a new life', async () => {
    const db = openDatabase(config, silent)
    const history = await renewHistory(db)
    await db.destroy()
    expect(history).not.toBe(store.log.history)
    const reopened = await openTestStore(config)
    expect(reopened.log.history).toBe(history)
    await reopened.close()
  })
})

describe('refusals', () => {
  beforeEach(async () => {
    await store.transact(async (transaction) => {
      await transaction.insert('services', service(uuid(1), { name: 'taken' }))
      await transaction.insert('routes', route(uuid(2), { service: { id: uuid(1) } }))
      await transaction.insert('plugins', plugin(uuid(3), { service: { id: uuid(1) } }))
      await transaction.insert('plugins', plugin(uuid(4)))
    })
  })

  const cases: [string, (transaction: WriteTransaction) => Promise<unknown>, StoreProblem][] = [
    [
      'an id that is taken',
      (t) => t.insert('services', service(uuid(1))),
      { kind: 'primary_key_violation', id: uuid(1) },
    ],
    [
      'a name that is taken',
      (t) => t.insert('services', service(uuid(9), { name: 'taken' })),
      { kind: 'unique_violation', key: { name: 'taken' } },
    ],
    [
      'a second global plugin of a name: null counts as a value',
      (t) => t.insert('plugins', plugin(uuid(9))),
      { kind: 'unique_violation', key: { name: 'cors', route: null, service: null, consumer: null } },
    ],
    [
      'a reference to nothing',
      (t) => t.insert('routes', route(uuid(9), { service: { id: uuid(8) } })),
      { kind: 'dangling_reference', field: 'service', to: 'services', id: uuid(8) },
    ],
    [
      'deleting what is referred to',
      (t) => t.delete('services', uuid(1)),
      { kind: 'still_referenced', entity: 'services', by: 'routes' },
    ],
    [
      'a NUL character',
      (t) => t.insert('plugins', plugin(uuid(9), { name: 'x', config: { a: ['\0'] } })),
      { kind: 'unstorable', field: 'config', reason: 'must not contain NUL or half of a surrogate pair' },
    ],
    [
      'half a surrogate pair',
      (t) => t.insert('services', service(uuid(9), { name: 'a\ud800' })),
      { kind: 'unstorable', field: 'name', reason: 'must not contain NUL or half of a surrogate pair' },
    ],
    [
      'a unique text that no index can hold',
      (t) => t.insert('consumers', consumer(uuid(9), { username: randomBytes(6000).toString('base64') })),
      { kind: 'unstorable', field: 'username', reason: 'value is too long' },
    ],
  ]
  for (const [name, work, expected] of cases) {
    test(name, async () => {
      expect(await refusal(work)).toEqual(expected)
      expect((await store.log.head()).revision).toBe(1)
    })
  }

  test('deleting takes along what refers with cascade, children first, all in the log', async () => {
    await store.transact(async (transaction) => {
      await transaction.insert('plugins', plugin(uuid(5), { route: { id: uuid(2) } }))
    })
    await store.transact(async (transaction) => {
      await transaction.delete('routes', uuid(2))
      await transaction.delete('services', uuid(1))
    })
    const log = await store.log.changes(2 as Revision, 3 as Revision)
    expect(log?.changes.map(({ change }) => `${change.op} ${change.entity} ${change.id}`)).toEqual([
      `delete plugins ${uuid(5)}`,
      `delete routes ${uuid(2)}`,
      `delete plugins ${uuid(3)}`,
      `delete services ${uuid(1)}`,
    ])
    const { stored, counted, rows } = await digestOfRows(store)
    expect([counted, rows]).toEqual([stored, 1])
  })
})

describe('reading', () => {
  test('pages stay right while rows come and go', async () => {
    await store.transact(async (transaction) => {
      for (const n of [1, 2, 3, 5, 6]) await transaction.insert('consumers', consumer(uuid(n)))
    })
    const first = await store.reader.page('consumers', { size: 2 })
    expect(first.rows.map((row) => row['id'])).toEqual([uuid(1), uuid(2)])
    await store.transact(async (transaction) => {
      await transaction.delete('consumers', uuid(2))
      await transaction.delete('consumers', uuid(3))
      await transaction.insert('consumers', consumer(uuid(4)))
    })
    const second = await store.reader.page('consumers', { size: 2, offset: first.offset })
    expect(second.rows.map((row) => row['id'])).toEqual([uuid(4), uuid(5)])
    const third = await store.reader.page('consumers', { size: 2, offset: second.offset })
    expect([third.rows.length, third.offset]).toEqual([1, undefined])
  })

  test('by unique fields, by parent, by tags, newest first', async () => {
    await store.transact(async (transaction) => {
      const upstream = { algorithm: 'round-robin', hash_on: 'none', slots: 10, healthchecks: {} }
      await transaction.insert('upstreams', { id: uuid(1), name: 'u', ...upstream })
      for (const n of [2, 3, 4]) {
        const row = { id: uuid(n), upstream: { id: uuid(1) }, target: `t${n}:80`, weight: 1, created_at: 1.5 + (n % 2) }
        await transaction.insert('targets', { ...row, tags: n === 2 ? ['a'] : ['a', 'b'] })
      }
    })
    const { reader } = store
    expect((await reader.find('targets', { upstream: { id: uuid(1) }, target: 't3:80' }))?.['id']).toBe(uuid(3))
    expect(await reader.find('targets', { upstream: { id: uuid(9) }, target: 't3:80' })).toBeUndefined()
    const ids = async (request: Partial<Parameters<typeof reader.page>[1]>) =>
      (await reader.page('targets', { size: 10, ...request })).rows.map((row) => Number(String(row['id']).slice(-1)))
    expect(await ids({ tags: { match: 'all', tags: ['a', 'b'] } })).toEqual([3, 4])
    expect(await ids({ tags: { match: 'any', tags: ['b', 'x'] } })).toEqual([3, 4])
    expect(await ids({ parent: { field: 'upstream', id: uuid(9) } })).toEqual([])
    expect(await ids({ order: 'newest' })).toEqual([3, 4, 2])
    const first = await reader.page('targets', { size: 1, order: 'newest' })
    expect(await ids({ order: 'newest', offset: first.offset })).toEqual([4, 2])
    const tags = await store.tags({ size: 2 })
    expect(tags.rows.map((row) => [row.entity_name, row.entity_id, row.tag])).toEqual([
      ['targets', uuid(2), 'a'],
      ['targets', uuid(3), 'a'],
    ])
    const rest = await store.tags({ size: 10, offset: tags.offset })
    expect(rest.rows.map((row) => row.tag)).toEqual(['b', 'a', 'b'])
    expect((await store.tags({ size: 10, tag: 'b' })).rows.map((row) => row.entity_id)).toEqual([uuid(3), uuid(4)])
  })

  test('a row whose time is over is not there, and is deleted as a change', async () => {
    const expires_at = Math.floor(Date.now() / 1000) - 5
    await store.transact(async (transaction) => {
      await transaction.insert('consumers', consumer(uuid(1)))
      const credential = { id: uuid(2), consumer: { id: uuid(1) }, key: 'k', expires_at }
      await transaction.insert('keyauth_credentials', credential)
      await transaction.insert('keyauth_credentials', {
        ...credential,
        id: uuid(3),
        key: 'l',
        expires_at: expires_at + 3600,
      })
    })
    expect(await store.reader.get('keyauth_credentials', uuid(2))).toBeUndefined()
    expect((await store.reader.page('keyauth_credentials', { size: 9 })).rows.map((row) => row['key'])).toEqual(['l'])
    const sweeping = await openTestStore(config, { expiryMs: 20 })
    await expect.poll(async () => (await sweeping.log.head()).revision).toBe(2)
    const log = await sweeping.log.changes(1 as Revision, 2 as Revision)
    expect(log?.changes.map((entry) => entry.change)).toEqual([
      { op: 'delete', entity: 'keyauth_credentials', id: uuid(2) },
    ])
    await sweeping.close()
  })
})
