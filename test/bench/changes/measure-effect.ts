import type { Ask } from '../ask.ts'
import type { AdminClient } from '../../support/admin.ts'
import type { Relay } from '../../support/relay.ts'
import { median } from '../statistics.ts'
import { untilRouted } from './change-to-effect.ts'
import { silence } from './silence.ts'

export interface Hybrid {
  readonly admin: AdminClient
  readonly ask: Ask
  readonly relay: Relay
  /** Of the data plane's proxy. */
  readonly port: number
}

export interface EffectPlan {
  /** Changes whose time is taken. */
  readonly timed: number
  /** Changes whose bytes are counted, each between two silences. */
  readonly counted: number
}

export interface Effect {
  /** From the Admin API's answer to the first answer of the new route, milliseconds. */
  readonly latencies: readonly number[]
  /** Medians of bytes for one new route. */
  readonly bytesToDataPlane: number
  readonly bytesToControlPlane: number
}

const SILENCE_MS = 100

/** Adds routes one by one and takes each away again, so that the number of routes stays. */
export async function measureEffect(hybrid: Hybrid, plan: EffectPlan): Promise<Effect> {
  const latencies: number[] = []
  for (let n = 0; n < plan.timed; n++) {
    latencies.push(await addRoute(hybrid, n))
    await removeRoute(hybrid, n)
  }
  const toDataPlane: number[] = []
  const toControlPlane: number[] = []
  for (let n = 0; n < plan.counted; n++) {
    await silence(hybrid.relay, SILENCE_MS)
    const before = { ...hybrid.relay.bytes }
    await addRoute(hybrid, n)
    await silence(hybrid.relay, SILENCE_MS)
    const after = { ...hybrid.relay.bytes }
    toDataPlane.push(after.toClient - before.toClient)
    toControlPlane.push(after.toServer - before.toServer)
    await removeRoute(hybrid, n)
  }
  return { latencies, bytesToDataPlane: median(toDataPlane), bytesToControlPlane: median(toControlPlane) }
}

/** The path has the same length for every change, and so has the change. */
async function addRoute({ admin, ask, port }: Hybrid, n: number): Promise<number> {
  const name = `effect-${1000 + n}`
  await admin.post('/services/orders/routes', { name, paths: [`/${name}`], strip_path: false })
  return await untilRouted(ask, port, `/${name}`)
}

async function removeRoute({ admin }: Hybrid, n: number): Promise<void> {
  await admin.delete(`/routes/effect-${1000 + n}`)
}
