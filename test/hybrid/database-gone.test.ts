/** PostgreSQL is stopped, frozen and killed under a running gateway. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { type Fleet, startFleet } from './fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet.end())

for (const [how, down, up] of [
  ['stopped', () => fleet.postgres.stop(), () => fleet.postgres.start()],
  ['killed', () => fleet.postgres.kill(), () => fleet.postgres.start()],
] as const) {
  test(`while the database is ${how} the proxy goes on, the Admin API says what is wrong, and both recover by themselves`, async () => {
    const load = fleet.load()
    await down()
    const refused = await fetch(`${fleet.controlPlane.admin}/services`, { signal: AbortSignal.timeout(10_000) })
    expect(refused.status).toBeGreaterThanOrEqual(500)
    const body = (await refused.json()) as { message: string }
    expect(body.message).toBeTypeOf('string')
    expect(JSON.stringify(body)).not.toMatch(/\bat .*:\d+/)
    await until('a database', async () => {
      await up()
      return true
    })
    await until('the Admin API', () => fleet.admin.get('/services/demo'))
    await fleet.addRoute(`after-${how}`)
    const result = await load.stop()
    expect(result.failures).toEqual([])
    expect(result.answered).toBeGreaterThan(50)
    expect(fleet.controlPlane.child.exitCode).toBeNull()
  }, 60_000)
}
