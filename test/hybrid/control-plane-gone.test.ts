/** The control plane is killed and stays away for a minute; what data planes can do without it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setTimeout as delay } from 'node:timers/promises'
import { get } from '../support/load.ts'
import { type Fleet, startFleet } from './fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ dataPlanes: 2 })
})
afterAll(() => fleet.end())

test('for a minute without a control plane nothing fails, data planes restart at once, and what changed meanwhile arrives', async () => {
  const [steady, restarted] = fleet.dataPlanes
  const load = fleet.load([steady!])
  await fleet.addRoute('before')
  const killedAt = performance.now()
  await fleet.controlPlane.kill()

  // A data plane that restarts serves from its disk.
  expect(await restarted!.stop()).toBe(0)
  const begun = performance.now()
  await fleet.restartDataPlane(1)
  const restartMs = performance.now() - begun
  expect((await get(undefined, `${fleet.dataPlanes[1]!.proxy}/before`)).status).toBe(200)
  // Process start, module loading and compiling, on a machine that two other suites use; far below any retry interval.
  expect(restartMs).toBeLessThan(15_000)

  // One that is killed likewise.
  await fleet.dataPlanes[1]!.kill()
  await fleet.restartDataPlane(1)
  expect((await get(undefined, `${fleet.dataPlanes[1]!.proxy}/before`)).status).toBe(200)

  await delay(Math.max(0, 60_000 - (performance.now() - killedAt)))
  await fleet.restartControlPlane()
  await fleet.addRoute('after')
  const result = await load.stop()
  expect(result.failures).toEqual([])
  expect(result.answered).toBeGreaterThan(1_000)
}, 180_000)
