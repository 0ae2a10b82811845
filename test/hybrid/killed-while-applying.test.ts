/** A data plane is killed with -9 at random points of applying deltas, twenty times. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../support/until.ts'
import { get } from '../support/load.ts'
import { type Fleet, listDataPlanes, startFleet } from './fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ dataPlanes: 2 })
})
afterAll(() => fleet.end())

test('twenty kills in the middle of deltas lose nothing and never serve a half-applied one', async () => {
  const [witness] = fleet.dataPlanes
  const load = fleet.load([witness!])
  let writing = true
  let written = 0
  const writer = (async () => {
    for (; writing; written++) {
      await fleet.admin.put(`/routes/churn-${written % 40}`, {
        paths: [`/churn-${written % 40}`, `/alias-${written}`],
        service: { name: 'demo' },
      })
    }
  })()
  for (let round = 0; round < 20; round++) {
    await delay(Math.random() * 120)
    await fleet.dataPlanes[1]!.kill()
    const again = await fleet.restartDataPlane(1)
    expect((await get(undefined, `${again.proxy}/steady`)).status).toBe(200)
  }
  writing = false
  await writer
  await fleet.addRoute('last')

  const listed = await until('both data planes at one revision', async () => {
    const all = (await listDataPlanes(fleet.admin)).filter((dataPlane) => dataPlane.connected)
    return all.length === 2 && all[0]!.revision === all[1]!.revision ? all : undefined
  })
  expect(listed[0]!.digest).toBe(listed[1]!.digest)
  expect(listed.map((dataPlane) => dataPlane.sync_status)).toEqual(['normal', 'normal'])
  expect(fleet.dataPlanes[1]!.output()).not.toContain('corrupt')
  const result = await load.stop()
  expect(result.failures).toEqual([])
}, 180_000)
