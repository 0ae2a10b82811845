/** A revision that data planes cannot compile reaches them: written past the checks of the Admin API, as a bug there would. */
import { openStore } from '@holdfast/control-plane/store'
import { entities } from '@holdfast/entities'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { get } from '../support/load.ts'
import { until } from '../support/until.ts'
import { type Fleet, listDataPlanes, startFleet } from './fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet.end())

test('a revision that cannot be compiled is refused, shown with its reason, and harms nothing', async () => {
  const load = fleet.load()
  const dataPlane = fleet.dataPlanes[0]!
  const route = await fleet.addRoute('victim')
  await breakRoute(route.id)

  const refused = await until('the refusal in the list', async () =>
    (await listDataPlanes(fleet.admin)).find((listed) => listed.sync_status === 'nacked'),
  )
  expect(refused.last_error?.errors[0]).toMatchObject({ entity: 'routes', id: route.id })
  expect((await get(undefined, `${dataPlane.proxy}/victim`)).status).toBe(200)
  expect((await fetch(`${dataPlane.status}/status/ready`)).status).toBe(200)

  // Mended, it goes on.
  await fleet.admin.put(`/routes/${route.id}`, { name: 'victim', paths: ['/mended'], service: { name: 'demo' } })
  await fleet.served(dataPlane, '/mended')
  await until('normal again', async () => {
    const [listed] = await listDataPlanes(fleet.admin)
    return listed?.sync_status === 'normal' && listed.last_error === null
  })
  expect((await load.stop()).failures).toEqual([])
}, 60_000)

/** Gives the stored row a regex that no engine takes, in a transaction like any other. */
async function breakRoute(id: string): Promise<void> {
  const store = await openStore(fleet.database, pino({ level: 'silent' }), { entities })
  await store.transact(async (transaction) => {
    const row = await transaction.lock('routes', id)
    await transaction.update('routes', { ...row, paths: ['~/(unclosed'] })
  })
  await store.close()
}
