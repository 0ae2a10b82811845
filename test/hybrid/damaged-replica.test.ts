/** The replica's file is cut or overwritten while the data plane is down. */
import { closeSync, existsSync, openSync, readdirSync, statSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { get } from '../support/load.ts'
import { type Fleet, startFleet } from './fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ dataPlanes: 2 })
})
afterAll(() => fleet.end())

/** The largest file of the replica: the database itself. */
function replicaFile(prefix: string): string {
  const files = readdirSync(prefix, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => file.endsWith('.mdb'))
  return files.toSorted((a, b) => statSync(b).size - statSync(a).size)[0]!
}

function overwrite(file: string, at: number, length: number): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, randomBytes(length), 0, length, at)
  closeSync(handle)
}

const damages = [
  ['truncated to half', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
  ['truncated to nothing', (file: string) => truncateSync(file, 0)],
  ['overwritten at its beginning', (file: string) => overwrite(file, 0, 8192)],
  ['overwritten in its middle', (file: string) => overwrite(file, 8192, statSync(file).size - 8192)],
] as const

for (const [what, damage] of damages) {
  test(`a replica ${what} is set aside and fetched again`, async () => {
    const load = fleet.load([fleet.dataPlanes[0]!])
    const hurt = fleet.dataPlanes[1]!
    await hurt.stop()
    damage(replicaFile(hurt.prefix))
    const again = await fleet.restartDataPlane(1)
    expect((await get(undefined, `${again.proxy}/steady`)).status).toBe(200)
    expect(again.output()).toMatch(/set aside/)
    expect(readdirSync(hurt.prefix, { recursive: true }).some((name) => String(name).includes('corrupt'))).toBe(true)
    expect((await load.stop()).failures).toEqual([])
  }, 60_000)
}

test('a damaged replica without a control plane: says so, is not ready, and serves nothing wrong', async () => {
  const hurt = fleet.dataPlanes[1]!
  await hurt.stop()
  overwrite(replicaFile(hurt.prefix), 0, 16_384)
  await fleet.controlPlane.kill()
  const again = await fleet.restartDataPlane(1, { ready: false })
  const ready = await until('an answer', () => fetch(`${again.status}/status/ready`))
  expect(ready.status).toBe(503)
  expect(((await ready.json()) as { message: string }).message).toMatch(/set aside|damaged/)
  expect((await get(undefined, `${again.proxy}/steady`)).status).toBe(503)
  expect(existsSync(again.prefix)).toBe(true)

  await fleet.restartControlPlane()
  await fleet.served(again, '/steady')
  expect((await fetch(`${again.status}/status/ready`)).status).toBe(200)
}, 60_000)
