import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { consumers, routes } from '@holdfast/entities'
import type { Change, WireRow } from '@holdfast/sync'
import { startRelay } from '../support/relay.ts'
import { until } from '../support/until.ts'
import { sharedFleet, sourceOf, TestFleet } from './fleet.ts'
import type { DataPlane } from './fleet.ts'
import { MemoryChangeLog } from './memory-change-log.ts'

let world: Awaited<ReturnType<typeof sharedFleet>>
beforeEach(async () => {
  world = await sharedFleet()
})
afterEach(() => world.fleet.end())

const consumer = (id: string, extra: object = {}): WireRow & { id: string } => ({
  id,
  username: `user-${id}`,
  ...extra,
})
const consumerRows = (count: number, size = 40): Change[] =>
  Array.from({ length: count }, (_, i) => {
    const id = `c${String(i).padStart(6, '0')}`
    const noise = Array.from({ length: size }, () => Math.random().toString(36).slice(2, 3)).join('')
    return { op: 'put', entity: 'consumers', id, row: consumer(id, { custom_id: noise }) }
  })

async function arrived(plane: DataPlane, log: MemoryChangeLog = world.fleet.changeLog): Promise<void> {
  const head = await log.head()
  await until(`${plane.id} at revision ${head.revision}`, () => {
    const { history, revision, digest } = plane.replica.standing
    return history === log.history && revision === head.revision && digest === head.digest
  })
}

describe('two data planes', () => {
  test('get a snapshot, then deltas, and are shown in the fleet', async () => {
    const { fleet, files, port, hub } = world
    fleet.changeLog.put('consumers', consumer('a'))
    const source = sourceOf(port, files)
    const planes = [await fleet.dataPlane({ source }), await fleet.dataPlane({ source })]
    for (const plane of planes) await arrived(plane)
    fleet.changeLog.put('consumers', consumer('b'))
    const head = fleet.changeLog.put('routes', { id: 'r', name: 'r', service: null })
    for (const plane of planes) {
      await arrived(plane)
      expect(plane.replica.reader.by(consumers, 'username', 'user-b')?.id).toBe('b')
      expect(plane.replica.reader.get(routes, 'r')?.name).toBe('r')
      expect(plane.applied[0]).toMatchObject({ touched: 'all' })
      expect(plane.applied.at(-1)?.touched).toContainEqual({ entity: 'routes', id: 'r' })
      expect(plane.client.state()).toMatchObject({ connected: true, lagRevisions: 0, lastError: null, refused: null })
    }
    const listed = await until('both are normal', async () => {
      const records = await hub.fleet()
      return records.length === 2 && records.every((record) => record.syncStatus === 'normal') && records
    })
    expect(listed[0]).toMatchObject({
      ip: '127.0.0.1',
      hostname: `${planes[0]!.id}.test`,
      version: '1.4.0',
      labels: { region: 'test' },
      revision: head.revision,
      digest: head.digest,
      connected: true,
      lagRevisions: 0,
    })
    expect(listed[0]!.certificateExpiry).toBeGreaterThan(Date.now())
    expect(hub.counters().snapshotsCut).toBe(1)
    await planes[0]!.stop()
    await until('one is gone', async () => (await hub.fleet()).filter((record) => record.connected).length === 1)
  })

  test('a change is there within a moment', async () => {
    const { fleet, files, port } = world
    const plane = await fleet.dataPlane({ source: sourceOf(port, files) })
    await arrived(plane)
    const times: number[] = []
    for (let i = 0; i < 20; i++) {
      const before = performance.now()
      const { revision } = fleet.changeLog.put('consumers', consumer(`c${i}`))
      while (plane.replica.standing.revision < revision) await new Promise((resolve) => setImmediate(resolve))
      times.push(performance.now() - before)
    }
    const median = times.toSorted((a, b) => a - b)[10]!
    console.log(`change to commit on the data plane: median ${median.toFixed(1)} ms`)
    expect(median).toBeLessThan(100)
  })
})

test('a delta is encoded once for 20 data planes', async () => {
  const { fleet, files, port, hub } = world
  const source = sourceOf(port, files)
  const planes = await Promise.all(Array.from({ length: 20 }, () => fleet.dataPlane({ source })))
  for (const plane of planes) await arrived(plane)
  const before = hub.counters().deltasEncoded
  fleet.changeLog.put('consumers', consumer('x'))
  for (const plane of planes) await arrived(plane)
  expect(hub.counters().deltasEncoded - before).toBe(1)
  expect(hub.counters().snapshotsCut).toBe(1)
})

test('50 data planes that connect at once share one snapshot and all arrive', async () => {
  const { fleet, files, port, hub } = world
  fleet.changeLog.commit(consumerRows(3000))
  const source = sourceOf(port, files)
  let worst = 0
  let last = performance.now()
  const heart = setInterval(() => {
    worst = Math.max(worst, performance.now() - last)
    last = performance.now()
  }, 5)
  const planes = await Promise.all(Array.from({ length: 50 }, () => fleet.dataPlane({ source })))
  for (const plane of planes) await arrived(plane)
  clearInterval(heart)
  console.log(`50 data planes with 3000 rows each, both ends on one thread: longest pause ${worst.toFixed(0)} ms`)
  expect(hub.counters().snapshotsCut).toBe(1)
  const records = await until('all are listed', async () => {
    const found = await hub.fleet()
    return found.length === 50 && found.every((record) => record.syncStatus === 'normal') && found
  })
  expect(records).toHaveLength(50)
})

test('the snapshot file can be read by this user alone', async () => {
  const { fleet, files, port } = world
  fleet.changeLog.put('consumers', consumer('a'))
  await arrived(await fleet.dataPlane({ source: sourceOf(port, files) }))
  const folder = join(fleet.folder, 'cp-1', 'snapshots')
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600])
})

describe('a connection that is cut', () => {
  test('in the middle of a snapshot goes on at the next chunk', async () => {
    const { fleet, files, port, hub } = world
    fleet.changeLog.commit(consumerRows(20_000, 400))
    const relay = await startRelay(port)
    relay.cutAfter(3_000_000)
    const plane = await fleet.dataPlane({ source: sourceOf(relay.port, files) })
    const stored: number[] = []
    await until('the cut', () => {
      const { receiving, lastError } = plane.client.state()
      if (receiving) stored.push(receiving.received)
      return lastError !== null
    })
    const before = plane.replica.partial?.next ?? 0
    expect(before).toBeGreaterThan(1)
    expect(plane.replica.standing.revision).toBe(0)
    const sentBefore = relay.bytes.toClient
    await arrived(plane)
    expect(hub.counters().snapshotsCut).toBe(1)
    // What was there already did not travel again.
    expect(relay.bytes.toClient - sentBefore).toBeLessThan(7_500_000 - sentBefore + 500_000)
    expect([...plane.replica.reader.all(consumers)]).toHaveLength(20_000)
    await plane.stop()
    await relay.close()
  })

  test('in the middle of a delta loses nothing and applies nothing twice', async () => {
    const { fleet, files, port } = world
    const relay = await startRelay(port)
    const plane = await fleet.dataPlane({ source: sourceOf(relay.port, files) })
    await arrived(plane)
    relay.cutAfter(20_000)
    fleet.changeLog.commit(consumerRows(2000, 100))
    await until('the cut', () => plane.client.state().lastError !== null || plane.replica.standing.revision === 1)
    await arrived(plane)
    const revisions = plane.applied.map((applied) => applied.revision)
    expect(revisions).toEqual([0, 1])
    await plane.stop()
    await relay.close()
  })
})

test('bytes on the wire for one change do not depend on the size of the configuration', async () => {
  const { fleet, files, port } = world
  const relay = await startRelay(port)
  const plane = await fleet.dataPlane({ source: sourceOf(relay.port, files) })
  const route = (i: number, path: string): WireRow & { id: string } => ({
    id: `r${i}`,
    name: `route-${i}`,
    paths: [path],
    service: null,
  })
  async function cost(): Promise<number> {
    await arrived(plane)
    // The acknowledgement of what was there before is on its way still.
    await new Promise((resolve) => setTimeout(resolve, 100))
    const before = relay.bytes.toClient + relay.bytes.toServer
    fleet.changeLog.put('routes', route(3, `/changed-${Math.random()}`))
    await arrived(plane)
    await new Promise((resolve) => setTimeout(resolve, 100))
    return relay.bytes.toClient + relay.bytes.toServer - before
  }
  const routesUpTo = (from: number, to: number): Change[] =>
    Array.from({ length: to - from }, (_, i) => ({
      op: 'put',
      entity: 'routes',
      id: `r${from + i}`,
      row: route(from + i, `/p${i}`),
    }))
  fleet.changeLog.commit(routesUpTo(0, 10))
  const small = await cost()
  fleet.changeLog.commit(routesUpTo(10, 10_000))
  const large = await cost()
  console.log(`one changed route: ${small} bytes with 10 routes, ${large} with 10000`)
  expect(Math.abs(large - small)).toBeLessThan(100)
  expect(large).toBeLessThan(1000)
  await plane.stop()
  await relay.close()
})

test('a refused revision is shown in the fleet, the good one is kept, and the next is tried', async () => {
  const { fleet, files, port, hub } = world
  fleet.changeLog.put('consumers', consumer('a'))
  const plane = await fleet.dataPlane({
    source: sourceOf(port, files),
    check: (reader) =>
      [...reader.all(consumers)]
        .filter((row) => row.custom_id === 'bad')
        .map((row) => ({ entity: 'consumers', id: row.id, message: 'is bad' })),
  })
  await arrived(plane)
  fleet.changeLog.put('consumers', consumer('b', { custom_id: 'bad' }))
  const [record] = await until('nacked', async () => {
    const records = await hub.fleet()
    return records[0]?.syncStatus === 'nacked' && records
  })
  expect(record).toMatchObject({
    revision: 1,
    lagRevisions: 1,
    lastError: { revision: 2, errors: [{ entity: 'consumers', id: 'b', message: 'is bad' }] },
  })
  expect(plane.replica.standing.revision).toBe(1)
  expect(plane.replica.reader.get(consumers, 'b')).toBeUndefined()
  expect(plane.client.state().refused).toMatchObject({ revision: 2 })
  fleet.changeLog.put('consumers', consumer('b'))
  await arrived(plane)
  await until('normal again', async () => (await hub.fleet())[0]?.syncStatus === 'normal')
  expect((await hub.fleet())[0]?.lastError).toBeNull()
  expect(plane.client.state().refused).toBeNull()
})

test('a check that throws refuses the revision', async () => {
  const { fleet, files, port, hub } = world
  const plane = await fleet.dataPlane({
    source: sourceOf(port, files),
    check: (reader) => {
      if (reader.get(consumers, 'b')) throw new Error('cannot compile')
      return []
    },
  })
  await arrived(plane)
  fleet.changeLog.put('consumers', consumer('b'))
  await until('nacked', async () => (await hub.fleet())[0]?.lastError?.errors[0]?.message === 'cannot compile')
  expect(plane.replica.standing.revision).toBe(0)
})

describe('a data plane that was away', () => {
  test('gets one delta for all it missed', async () => {
    const { fleet, files, port, hub } = world
    const source = sourceOf(port, files)
    const plane = await fleet.dataPlane({ id: 'dp', source })
    await arrived(plane)
    await plane.stop()
    for (let i = 0; i < 30; i++) fleet.changeLog.put('consumers', consumer('a', { custom_id: `${i}` }))
    const back = await fleet.dataPlane({ id: 'dp', path: plane.path, source })
    await arrived(back)
    expect(back.applied).toEqual([{ revision: 30, touched: [{ entity: 'consumers', id: 'a' }] }])
    expect(hub.counters().snapshotsCut).toBe(1)
  })

  test('gets a snapshot when the log was trimmed, and when the history is another', async () => {
    const { fleet, files, port } = world
    const source = sourceOf(port, files)
    fleet.changeLog.put('consumers', consumer('a'))
    const plane = await fleet.dataPlane({ id: 'dp', source })
    await arrived(plane)
    await plane.stop()
    fleet.changeLog.put('consumers', consumer('b'))
    fleet.changeLog.trim()
    const back = await fleet.dataPlane({ id: 'dp', path: plane.path, source })
    await arrived(back)
    expect(back.applied).toEqual([{ revision: 2, touched: 'all' }])
    fleet.changeLog.restore('life-2', [{ entity: 'consumers', id: 'z', row: consumer('z') }])
    await arrived(back)
    expect([...back.replica.reader.all(consumers)].map((row) => row.id)).toEqual(['z'])
  })
})

test('a control plane from the past does not lead a data plane back', async () => {
  const { fleet, files, port } = world
  const source = sourceOf(port, files)
  fleet.changeLog.put('consumers', consumer('a'))
  fleet.changeLog.put('consumers', consumer('b'))
  const plane = await fleet.dataPlane({ id: 'dp', source })
  await arrived(plane)
  await plane.stop()
  const past = new MemoryChangeLog()
  past.put('consumers', consumer('a'))
  const old = await fleet.controlPlane({ files, changeLog: past })
  const back = await fleet.dataPlane({ id: 'dp', path: plane.path, source: sourceOf(old.port, files) })
  await until('it is told', () => back.client.state().lastError?.message.startsWith('data_plane_ahead'))
  expect(back.replica.standing.revision).toBe(2)
})

test('versions that do not fit are refused and shown', async () => {
  const { fleet, files, port, hub } = world
  const plane = await fleet.dataPlane({ source: sourceOf(port, files), version: '1.5.0' })
  const record = await until('refused', async () => {
    const [found] = await hub.fleet()
    return found?.syncStatus === 'kong_version_incompatible' && found
  })
  expect(record.lastError?.errors[0]?.message).toContain('newer than control plane')
  expect(plane.client.state().lastError?.message).toContain('kong_version_incompatible')
  expect(plane.replica.standing.revision).toBe(0)
})

describe('outages', () => {
  test('the next address is tried when a control plane is gone', async () => {
    const { fleet, files, port, stop } = world
    const second = await fleet.controlPlane({ files })
    const plane = await fleet.dataPlane({ source: sourceOf([port, second.port], files) })
    await arrived(plane)
    await stop()
    fleet.changeLog.put('consumers', consumer('a'))
    await arrived(plane)
    expect(plane.client.state().controlPlane?.id).not.toBe('cp-1')
    const listed = await second.hub.fleet()
    expect(listed.map((record) => record.id)).toEqual([plane.id])
  })

  test('the database is away and comes back', async () => {
    const { fleet, files, port } = world
    const plane = await fleet.dataPlane({ source: sourceOf(port, files) })
    await arrived(plane)
    fleet.changeLog.away = true
    const { revision } = fleet.changeLog.put('consumers', consumer('a'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(plane.client.state().connected).toBe(true)
    fleet.changeLog.away = false
    fleet.changeLog.put('consumers', consumer('b'))
    await arrived(plane)
    expect(plane.applied.map((applied) => applied.revision)).toEqual([0, revision + 1])
  })

  const quick = { heartbeatMs: 100 }
  const silent: [string, { controlPlane: object; dataPlane: object; told: (plane: DataPlane) => unknown }][] = [
    [
      'control plane is given up by the data plane',
      {
        controlPlane: {},
        dataPlane: quick,
        told: (plane) => plane.client.state().lastError?.message.includes('control plane is silent'),
      },
    ],
    [
      'data plane is given up by the control plane',
      {
        controlPlane: quick,
        dataPlane: {},
        told: () => world.fleet.log.lines.some((line) => line.message.includes('data plane is silent')),
      },
    ],
  ]
  for (const [name, { controlPlane, dataPlane, told }] of silent) {
    test(`a silent ${name}, one that answers pings is not`, async () => {
      const { fleet, files } = world
      const { port } = await fleet.controlPlane({ files, timings: controlPlane })
      const relay = await startRelay(port)
      const plane = await fleet.dataPlane({ source: sourceOf(relay.port, files), timings: dataPlane })
      await arrived(plane)
      // Long enough to give up a peer that answers no ping.
      await new Promise((resolve) => setTimeout(resolve, 600))
      expect(plane.client.state()).toMatchObject({ connected: true, lastError: null })
      relay.stall()
      await until('the silence to be noticed', () => Boolean(told(plane)))
      await plane.stop()
      await relay.close()
    })
  }
})

test('the local socket serves the data plane beside it, and this user alone', async () => {
  const fleet = new TestFleet()
  const localSocketPath = join(fleet.folder, 'hub', 'cluster.sock')
  const { hub } = await fleet.controlPlane({ localSocketPath })
  fleet.changeLog.put('consumers', consumer('a'))
  const plane = await fleet.dataPlane({ source: { kind: 'local', socketPath: localSocketPath } })
  await arrived(plane, fleet.changeLog)
  expect(statSync(localSocketPath).mode & 0o777).toBe(0o600)
  await until('listed', async () => (await hub.fleet())[0]?.certificateExpiry === null)
  await fleet.end()
})
