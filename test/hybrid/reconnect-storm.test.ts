/** The control plane dies with fifty data planes connected, and all come back to its successor at once. */
import { join } from 'node:path'
import { Replica, createReplicaClient, type ReplicaClient } from '@holdfast/data-plane/replica'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { type Fleet, listDataPlanes, startFleet } from './fleet.ts'

const count = 50
const quiet = { info() {}, warn() {}, error() {} }

let fleet: Fleet
const planes: { readonly replica: Replica; readonly client: ReplicaClient }[] = []
beforeAll(async () => {
  fleet = await startFleet()
  for (let i = 0; i < 2_000; i += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, j) => fleet.admin.put(`/consumers/user-${i + j}`, { custom_id: `id-${i + j}` })),
    )
  }
  // Their replicas and connections are real; they are without a proxy, since fifty processes are more than a small machine holds.
  for (let i = 0; i < count; i++) {
    const replica = await Replica.open({ path: join(fleet.folder, `storm-${i}`), log: quiet })
    const client = createReplicaClient({
      source: {
        kind: 'control_plane',
        addresses: [{ host: '127.0.0.1', port: fleet.controlPlane.clusterPort }],
        mtls: 'shared',
        certPath: fleet.cluster.cert,
        keyPath: fleet.cluster.key,
        caPath: undefined,
        serverName: 'kong_clustering',
        labels: {},
      },
      replica,
      self: {
        node: {
          id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
          hostname: `storm-${i}`,
          version: '0.1.0',
        },
        labels: {},
        plugins: [],
      },
      check: () => [],
      onApplied() {},
      log: quiet,
    })
    client.start()
    planes.push({ replica, client })
  }
}, 180_000)
afterAll(async () => {
  await Promise.all(planes.map(({ client }) => client.stop()))
  await Promise.all(planes.map(({ replica }) => replica.close()))
  await fleet.end()
})

/** All at the revision and digest that the proxying data plane acknowledged last. */
async function allAlike(): Promise<void> {
  await until(
    'all data planes at one revision',
    async () => {
      const listed = (await listDataPlanes(fleet.admin)).filter((dataPlane) => dataPlane.connected)
      const [first] = listed
      return (
        listed.length === count + 1 &&
        listed.every((each) => each.digest === first!.digest && each.revision === first!.revision)
      )
    },
    90_000,
  )
}

test('fifty data planes reconnect at once, the Admin API goes on answering, and no request fails', async () => {
  await allAlike()
  const load = fleet.load()
  await fleet.controlPlane.kill()
  await fleet.restartControlPlane()
  let slowest = 0
  let storming = true
  const asking = (async () => {
    for (let i = 0; storming; i++) {
      const begun = performance.now()
      await fleet.admin.put(`/consumers/during-${i % 20}`, { custom_id: `during-${i}` })
      slowest = Math.max(slowest, performance.now() - begun)
    }
  })()
  await until('all to be back', () => planes.every(({ client }) => client.state().connected), 90_000)
  storming = false
  await asking
  await fleet.addRoute('after-the-storm')
  await allAlike()
  const result = await load.stop()
  expect(result.failures).toEqual([])
  expect(result.answered).toBeGreaterThan(100)
  // A control plane that the storm had brought to its knees would need seconds, not what a write costs.
  expect(slowest).toBeLessThan(5_000)
}, 240_000)
