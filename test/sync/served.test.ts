/** A control plane can wait until the data plane beside it serves a revision. */
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Hub } from '@holdfast/control-plane/hub'
import type { RevisionError } from '@holdfast/sync'
import { until } from '../support/until.ts'
import { type DataPlane, type DataPlaneOptions, TestFleet } from './fleet.ts'

let fleet: TestFleet
let hub: Hub
let localSocketPath: string
beforeEach(async () => {
  fleet = new TestFleet()
  localSocketPath = join(fleet.folder, 'hub', 'cluster.sock')
  ;({ hub } = await fleet.controlPlane({ localSocketPath }))
})
afterEach(() => fleet.end())

async function localDataPlane(options: Partial<DataPlaneOptions> = {}): Promise<DataPlane> {
  const head = fleet.changeLog.put('consumers', { id: 'first', username: 'first' })
  const plane = await fleet.dataPlane({ ...options, source: { kind: 'local', socketPath: localSocketPath } })
  await until('the first revision', async () => (await hub.fleet())[0]?.revision === head.revision)
  return plane
}

/** Commits a revision; resolves to how long, in milliseconds, it took until it was served. */
async function committed(id: string, timeoutMs = 5_000): Promise<number> {
  const { revision } = fleet.changeLog.put('consumers', { id, username: id })
  const begun = performance.now()
  await hub.served(revision, timeoutMs)
  return performance.now() - begun
}

test('waits until the revision is served, not only stored', async () => {
  let release: (() => void) | undefined
  let holding = false
  const plane = await localDataPlane({
    serve: () => (holding ? new Promise<void>((resolve) => (release = resolve)) : undefined),
  })
  holding = true
  let served = false
  const wait = committed('a').then(() => (served = true))
  await until('stored', () => plane.replica.standing.revision === 2 && release)
  expect(served).toBe(false)
  expect(plane.client.state().standing.revision).toBe(1)
  release!()
  await wait
  expect(plane.client.state().standing.revision).toBe(2)
})

test('does not wait for a revision that was refused, and waits for the next again', async () => {
  const errors: RevisionError[] = [{ entity: 'consumers', id: 'bad', message: 'no' }]
  let refusing = false
  const plane = await localDataPlane({ check: () => (refusing ? errors : []) })
  refusing = true
  expect(await committed('bad')).toBeLessThan(2_000)
  expect(plane.client.state().refused?.revision).toBe(2)
  refusing = false
  await committed('good')
  expect(plane.replica.standing.revision).toBe(3)
})

test('gives up after the time given', async () => {
  await localDataPlane({
    serve: ({ revision }) => (revision > 1 ? new Promise((end) => setTimeout(end, 400)) : undefined),
  })
  const took = await committed('slow', 50)
  expect(took).toBeGreaterThan(40)
  expect(took).toBeLessThan(350)
})

test('does not wait for anybody where nobody is connected, or who leaves', async () => {
  expect(await committed('a')).toBeLessThan(100)
  const plane = await localDataPlane()
  await plane.stop()
  await until('gone', async () => (await hub.fleet())[0]?.connected === false)
  expect(await committed('b')).toBeLessThan(100)
})

test('a writer that waits each time is not taken for a flood of messages', async () => {
  const plane = await localDataPlane()
  for (let n = 0; n < 400; n++) await committed(`c${n}`)
  expect(plane.replica.standing.revision).toBe(401)
  expect(fleet.log.lines.filter(({ message }) => message.includes('closing'))).toEqual([])
})
