import { readdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { consumers, keyauthCredentials, routes, services } from '@holdfast/entities'
import type { Change, WireRow } from '@holdfast/sync'
import { declarativeHistory, loadDeclarative } from './declarative.ts'
import { openReader } from './open-reader.ts'
import { Replica } from './replica.ts'
import {
  delta,
  digestOf,
  filled,
  log,
  put,
  replicaFolder,
  revision,
  route,
  snapshot,
  twoRoutes,
} from './testing/filled-replica.ts'

let path: string
let remove: () => void
beforeEach(() => {
  ;({ path, remove } = replicaFolder())
})
afterEach(() => remove())

describe('lookups', () => {
  test('by id, unique field and foreign field, all in order of id', async () => {
    const replica = await filled(path, twoRoutes)
    const { reader } = replica
    expect(reader.get(routes, 'a')).toMatchObject(route('a', 's1'))
    expect(reader.get(routes, 'nobody')).toBeUndefined()
    expect(reader.by(routes, 'name', 'route-b')?.id).toBe('b')
    expect(reader.by(routes, 'id', 'b')?.id).toBe('b')
    expect(reader.by(routes, 'name', 'other')).toBeUndefined()
    expect(reader.childrenOf(routes, 'service', 's1').map((row) => row.id)).toEqual(['a'])
    expect([...reader.all(routes)].map((row) => row.id)).toEqual(['a', 'b'])
    await replica.close()
  })

  test('a very long unique value, and one with slashes', async () => {
    const long = 'k'.repeat(5000)
    const rows = [
      ['keyauth_credentials', 'c1', { id: 'c1', key: long, consumer: { id: 'x' } }],
      ['keyauth_credentials', 'c2', { id: 'c2', key: 'a/b/=c', consumer: { id: 'x' } }],
    ] as const
    const replica = await filled(path, rows)
    expect(replica.reader.by(keyauthCredentials, 'key', long)?.id).toBe('c1')
    expect(replica.reader.by(keyauthCredentials, 'key', `${long}k`)).toBeUndefined()
    expect(replica.reader.by(keyauthCredentials, 'key', 'a/b/=c')?.id).toBe('c2')
    expect(replica.reader.by(keyauthCredentials, 'key', 'a')).toBeUndefined()
    await replica.close()
  })

  test('follow a value that moves from row to row within one delta', async () => {
    const replica = await filled(path, [
      ['routes', 'a', route('a', null, 'x')],
      ['routes', 'b', route('b', null, 'y')],
    ])
    expect(replica.reader.by(routes, 'name', 'x')?.id).toBe('a')
    const after = [route('a', null, 'y'), route('b', null, 'x')]
    const changes = after.map((row) => put('routes', String(row['id']), row))
    const rows = after.map((row) => ['routes', String(row['id']), row] as const)
    expect(replica.apply(delta(1, 2, changes, rows))).toBe('applied')
    expect(replica.reader.by(routes, 'name', 'x')?.id).toBe('b')
    expect(replica.reader.by(routes, 'name', 'y')?.id).toBe('a')
    await replica.close()
    const again = await Replica.open({ path, log })
    expect(again.standing.revision).toBe(2)
    await again.close()
  })
})

describe('null over a default', () => {
  const route = { id: 'a', name: 'a', service: { id: 's' }, paths: ['/x'], path_handling: null, strip_path: null }
  const service = { id: 's', name: 's', host: 'x', retries: null, connect_timeout: 7 }
  const rows = [
    ['routes', 'a', route],
    ['services', 's', service],
  ] as const

  test('is the default to whoever reads; what is stored, and its digest, stay as they came', async () => {
    const replica = await filled(path, rows)
    const thread = openReader(path)
    const changed = [put('routes', 'a', { ...route, preserve_host: null }), put('services', 's', { ...service })]
    const prepared = replica.prepare(
      delta(1, 2, changed, [['routes', 'a', { ...route, preserve_host: null }], rows[1]]),
    )
    if (prepared.kind !== 'ready') throw new Error(prepared.kind)
    for (const reader of [replica.reader, thread, prepared.reader]) {
      const found = [reader.get(routes, 'a'), reader.by(routes, 'name', 'a'), ...reader.all(routes)]
      for (const row of [...found, ...reader.childrenOf(routes, 'service', 's')]) {
        expect(row).toMatchObject({ path_handling: 'v0', strip_path: true, preserve_host: false, paths: ['/x'] })
      }
      expect(reader.get(services, 's')).toMatchObject({ retries: 5, connect_timeout: 7, read_timeout: 60_000 })
    }
    prepared.commit()
    await thread.close()
    await replica.close()
    const again = await Replica.open({ path, log })
    expect([again.damage, again.standing.revision]).toEqual([undefined, 2])
    await again.close()
  })
})

describe('apply', () => {
  test('applied, duplicate, gap, diverged', async () => {
    const replica = await filled(path, twoRoutes)
    const added = ['routes', 'c', route('c', 's1')] as const
    const next = delta(1, 2, [put(...added)], [...twoRoutes, added])
    expect(replica.apply({ ...next, digest: 'f'.repeat(32) })).toBe('diverged')
    expect(replica.apply({ ...next, from: revision(7), to: revision(8) })).toBe('gap')
    expect(replica.standing.revision).toBe(1)
    expect(replica.apply(next)).toBe('applied')
    expect(replica.apply(next)).toBe('duplicate')
    expect(replica.standing).toEqual({ history: 'life', revision: 2, digest: next.digest })
    await replica.close()
  })

  test('what is prepared can be read before it is committed, and only there', async () => {
    const replica = await filled(path, twoRoutes)
    const renamed = route('b', 's1', 'renamed')
    const added = route('aa', 's1')
    const changes: Change[] = [
      put('routes', 'b', renamed),
      put('routes', 'aa', added),
      { op: 'delete', entity: 'routes', id: 'a' },
    ]
    const rows = [twoRoutes[0], ['routes', 'b', renamed], ['routes', 'aa', added]] as const
    const prepared = replica.prepare(delta(1, 2, changes, rows))
    if (prepared.kind !== 'ready') throw new Error(prepared.kind)
    const tried = prepared.reader
    const view = (reader: typeof tried): unknown => ({
      all: [...reader.all(routes)].map((row) => row.id),
      a: reader.get(routes, 'a')?.id,
      byOld: reader.by(routes, 'name', 'route-b')?.id,
      byNew: reader.by(routes, 'name', 'renamed')?.id,
      children: reader.childrenOf(routes, 'service', 's1').map((row) => row.id),
    })
    const before = { all: ['a', 'b'], a: 'a', byOld: 'b', byNew: undefined, children: ['a'] }
    const after = { all: ['aa', 'b'], a: undefined, byOld: undefined, byNew: 'b', children: ['aa', 'b'] }
    expect(view(tried)).toEqual(after)
    expect(view(replica.reader)).toEqual(before)
    prepared.commit()
    expect(view(replica.reader)).toEqual(after)
    await replica.close()
  })
})

describe('readers of other threads', () => {
  test('stay at their revision until refreshed, and follow a swap of generations', async () => {
    const replica = await filled(path, twoRoutes)
    const reader = openReader(path)
    expect(reader.by(routes, 'name', 'route-a')?.id).toBe('a')
    const changes: Change[] = [{ op: 'delete', entity: 'routes', id: 'a' }]
    replica.apply(delta(1, 2, changes, [twoRoutes[0], twoRoutes[2]]))
    expect(reader.revision).toBe(1)
    expect([...reader.all(routes)]).toHaveLength(2)
    reader.refresh([{ entity: 'routes', id: 'a' }])
    expect(reader.revision).toBe(2)
    expect(reader.by(routes, 'name', 'route-a')).toBeUndefined()
    expect(reader.childrenOf(routes, 'service', 's1')).toEqual([])
    await snapshot(replica, [['routes', 'z', route('z')]], { history: 'second', at: 1 })
    expect([...reader.all(routes)].map((row) => row.id)).toEqual(['b'])
    reader.refresh('all')
    expect([...reader.all(routes)].map((row) => row.id)).toEqual(['z'])
    await reader.close()
    await replica.close()
  })

  test('an empty replica has no rows, and gets them', async () => {
    const replica = await Replica.open({ path, log })
    const reader = openReader(path)
    expect([reader.revision, reader.get(routes, 'a'), [...reader.all(routes)]]).toEqual([0, undefined, []])
    await snapshot(replica, twoRoutes)
    reader.refresh('all')
    expect(reader.get(routes, 'a')?.id).toBe('a')
    await reader.close()
    await replica.close()
  })

  test('threads see whole revisions only, while the writer works and swaps', async () => {
    const pair = (n: number): [string, string, WireRow][] => [
      ['consumers', 'a', { id: 'a', custom_id: `${n}` }],
      ['consumers', 'b', { id: 'b', custom_id: `b${n}` }],
    ]
    const replica = await filled(path, pair(1))
    const threads = [0, 1].map(
      () => new Worker(new URL('testing/read-pairs.ts', import.meta.url), { workerData: path }),
    )
    const ready = threads.map((thread) => new Promise((resolve) => thread.once('message', resolve)))
    await Promise.all(ready)
    for (let n = 2; n <= 60; n++) {
      if (n % 20 === 0) await snapshot(replica, pair(n), { at: n })
      else
        replica.apply(
          delta(
            n - 1,
            n,
            pair(n).map((row) => put(...row)),
            pair(n),
          ),
        )
      for (const thread of threads) thread.postMessage('refresh')
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (const thread of threads) {
      const result = new Promise<{ torn: number; reads: number; last: number }>((resolve) =>
        thread.once('message', resolve),
      )
      thread.postMessage('stop')
      const { torn, reads, last } = await result
      expect(torn).toBe(0)
      expect(reads).toBeGreaterThan(59)
      expect(last).toBe(60)
      await thread.terminate()
    }
    await replica.close()
  })
})

describe('snapshots', () => {
  test('one that is cut leaves the old generation, and goes on after a restart', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => ['routes', `r${i}`, route(`r${i}`)] as const)
    const begin = { history: 'life', revision: revision(9), digest: digestOf(rows), chunks: 5 }
    let replica = await filled(path, twoRoutes)
    await replica.beginSnapshot({ ...begin, next: 0 })
    for (let i = 0; i < 3; i++) replica.storeChunk(i, rows.slice(i * 10, i * 10 + 10))
    expect(replica.reader.get(routes, 'a')?.id).toBe('a')
    await replica.close()
    replica = await Replica.open({ path, log })
    expect(replica.standing.revision).toBe(1)
    expect(replica.partial).toEqual({ history: 'life', revision: 9, next: 3 })
    await replica.beginSnapshot({ ...begin, next: 3 })
    for (let i = 3; i < 5; i++) replica.storeChunk(i, rows.slice(i * 10, i * 10 + 10))
    const prepared = replica.prepareSnapshot(begin.digest)
    if (prepared.kind !== 'ready') throw new Error(prepared.kind)
    expect(prepared.reader.by(routes, 'name', 'route-r7')?.id).toBe('r7')
    prepared.commit()
    expect([...replica.reader.all(routes)]).toHaveLength(50)
    expect(readdirSync(path).filter((name) => name.endsWith('.mdb'))).toHaveLength(1)
    await replica.close()
  })

  test('one with a missing or a bent row is not served', async () => {
    const replica = await filled(path, twoRoutes)
    await replica.beginSnapshot({
      history: 'life',
      revision: revision(2),
      digest: digestOf(twoRoutes),
      chunks: 1,
      next: 0,
    })
    replica.storeChunk(0, twoRoutes.slice(1))
    expect(replica.prepareSnapshot(digestOf(twoRoutes)).kind).toBe('diverged')
    await replica.dropSnapshot()
    expect(replica.standing.revision).toBe(1)
    await replica.close()
  })
})

describe('declarative rows', () => {
  test('take the place of everything at once; the same rows again change nothing', async () => {
    const replica = await filled(path, twoRoutes)
    const rows = [{ entity: 'consumers', id: 'c', row: { id: 'c', username: 'bob' } }]
    const ok = (): [] => []
    expect(await loadDeclarative(replica, rows, ok)).toEqual({ kind: 'applied', revision: 1, touched: 'all' })
    expect(replica.standing).toMatchObject({ history: declarativeHistory, revision: 1 })
    expect(replica.reader.by(consumers, 'username', 'bob')?.id).toBe('c')
    expect([...replica.reader.all(routes)]).toEqual([])
    expect((await loadDeclarative(replica, rows, ok)).kind).toBe('unchanged')
    const errors = [{ entity: 'consumers', id: 'c', message: 'no' }]
    expect(await loadDeclarative(replica, [], () => errors)).toEqual({ kind: 'refused', errors })
    expect(replica.reader.by(consumers, 'username', 'bob')?.id).toBe('c')
    expect(await loadDeclarative(replica, [], ok)).toMatchObject({ kind: 'applied', revision: 2 })
    expect(replica.reader.by(consumers, 'username', 'bob')).toBeUndefined()
    await replica.close()
  })
})
