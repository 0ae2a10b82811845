/** The network between the planes is cut in the middle of a snapshot and of deltas. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { join } from 'node:path'
import { startDataPlane } from '../support/gateway.ts'
import { type Relay, startRelay } from '../support/relay.ts'
import { until } from '../support/until.ts'
import { type Fleet, listDataPlanes, startFleet } from './fleet.ts'

let fleet: Fleet
let relay: Relay
beforeAll(async () => {
  fleet = await startFleet()
  relay = await startRelay(fleet.controlPlane.clusterPort)
})
afterAll(async () => {
  await relay.close()
  await fleet.end()
})

test('a snapshot that is cut again and again arrives, and no delta is lost when the wire is', async () => {
  const load = fleet.load()
  // Enough that a snapshot is many chunks and cannot fit into what is let through at a time.
  for (let i = 0; i < 60; i++) {
    await Promise.all(
      Array.from({ length: 50 }, (_, j) =>
        fleet.admin.put(`/consumers/user-${i}-${j}`, { custom_id: `${i}-${j}-${'x'.repeat(20)}` }),
      ),
    )
  }
  let cuts = 0
  relay.cutAfter(20_000)
  const cutter = setInterval(() => {
    if (cuts++ < 4) relay.cutAfter(20_000)
  }, 300)
  const late = await startDataPlane({
    controlPlane: `127.0.0.1:${relay.port}`,
    cluster: fleet.cluster,
    prefix: join(fleet.folder, 'late'),
  })
  clearInterval(cutter)
  fleet.dataPlanes.push(late)
  await fleet.served(late, '/steady')

  for (let round = 0; round < 10; round++) {
    relay.cutAfter(Math.floor(Math.random() * 400))
    await fleet.admin.put(`/routes/cut-${round}`, { paths: [`/cut-${round}`], service: { name: 'demo' } })
  }
  relay.cut(true)
  await fleet.admin.put('/routes/while-down', { paths: ['/while-down'], service: { name: 'demo' } })
  relay.restore()
  await Promise.all(
    ['/while-down', ...Array.from({ length: 10 }, (_, round) => `/cut-${round}`)].map((path) =>
      fleet.served(late, path),
    ),
  )
  await until('both alike', async () => {
    const listed = (await listDataPlanes(fleet.admin)).filter((dataPlane) => dataPlane.connected)
    return listed.length === 2 && listed[0]!.digest === listed[1]!.digest && listed[0]!.revision === listed[1]!.revision
  })
  expect((await load.stop()).failures).toEqual([])
}, 120_000)
