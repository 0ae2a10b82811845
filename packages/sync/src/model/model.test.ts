import { expect, test } from 'vitest'
import type { Change } from '../change.ts'
import { digestOf } from './model-data-plane.ts'
import type { ModelDataPlane } from './model-data-plane.ts'
import type { ModelControlPlane } from './model-control-plane.ts'
import { Random } from './random.ts'
import { world } from './world.ts'
import type { Link } from './world.ts'

const histories = 600
const stepsPerHistory = 150

function transaction(random: Random): Change[] {
  return Array.from({ length: 1 + random.below(4) }, (): Change => {
    const entity = random.pick(['services', 'routes', 'consumers'])
    const id = `id-${random.below(12)}`
    if (random.chance(0.3)) return { op: 'delete', entity, id }
    const row = { id, name: `n${random.below(1000)}`, tags: null, ...(random.chance(0.04) && { poison: true }) }
    return { op: 'put', entity, id, row }
  })
}

type Event = (random: Random, control: ModelControlPlane, link: Link) => void

/** What may happen, with how often. Frames are delivered, but also cut off, doubled and swapped. */
const events: readonly [weight: number, name: string, Event][] = [
  [14, 'write', (random, control) => control.commit(transaction(random))],
  [3, 'connect', (_, control, link) => void (link.open || link.connect(control))],
  [20, 'push', (_, __, link) => link.push()],
  [25, 'frame to the control plane', (_, __, link) => link.deliverUp()],
  [40, 'frame to the data plane', (_, __, link) => link.deliverDown()],
  [3, 'cut', (_, __, link) => link.cut()],
  [2, 'restart', (_, __, link) => (link.cut(), link.plane.restart())],
  [1, 'disk lost', (_, __, link) => (link.cut(), link.plane.loseDisk())],
  [1, 'log trimmed', (random, control) => control.trim(random)],
  [0.3, 'another history', (_, control) => control.startHistory()],
  [3, 'frame doubled', (random, _, link) => double(random, link)],
  [3, 'frames swapped', (random, _, link) => swap(random, link)],
]
const totalWeight = events.reduce((sum, [weight]) => sum + weight, 0)

function draw(random: Random): Event {
  let at = random.fraction() * totalWeight
  for (const [weight, , event] of events) if ((at -= weight) < 0) return event
  return events[0]![2]
}

function double(random: Random, link: Link): void {
  const queue = random.chance(0.5) ? link.up : link.down
  if (queue.length > 0) queue.splice(random.below(queue.length + 1), 0, random.pick(queue))
}

function swap(random: Random, link: Link): void {
  const queue = random.chance(0.5) ? link.up : link.down
  if (queue.length > 1) queue.push(...queue.splice(random.below(queue.length - 1), 1))
}

/** Everything that was served must be a state that was committed, whole, and in order. */
function check(control: ModelControlPlane, plane: ModelDataPlane): void {
  let revision = -1
  let history = ''
  for (const { standing, rows } of plane.served) {
    const committed = control.states.get(`${standing.history}/${standing.revision}`)
    expect(committed, 'served a revision that never was').toBeDefined()
    expect(digestOf(rows), 'served another state than was committed').toBe(digestOf(committed!))
    const grew = standing.history !== history || standing.revision >= revision
    expect(grew, 'went back within a history').toBe(true)
    history = standing.history
    revision = standing.revision
  }
}

test(`${histories} random histories keep the six promises`, () => {
  const seed = Number(process.env['MODEL_SEED'] ?? 1)
  const seen = { served: 0, snapshots: 0, deltas: 0, refused: 0 }
  for (let run = 0; run < histories; run++) {
    const random = new Random(seed * 1_000_003 + run)
    const { control, links } = world(1 + random.below(3))
    try {
      for (let step = 0; step < stepsPerHistory; step++) draw(random)(random, control, random.pick(links))
      // In the end the poison is taken away and the network is well: everybody must arrive.
      for (const link of links) {
        link.settle(control)
        if (link.plane.standing.revision !== control.head.revision) seen.refused += 1
      }
      const poisoned = [...control.states.get(`${control.head.history}/${control.head.revision}`)!].filter(
        ([, row]) => row['poison'],
      )
      const cure = poisoned.map(([key]): Change => {
        const [entity = '', id = ''] = key.split('/')
        return { op: 'delete', entity, id }
      })
      control.commit([...cure, { op: 'put', entity: 'services', id: 'last', row: { id: 'last' } }])
      for (const link of links) {
        link.settle(control)
        expect(link.plane.standing).toEqual(control.head)
        expect(digestOf(link.plane.rows)).toBe(control.head.digest)
        check(control, link.plane)
        seen.served += link.plane.served.length
        seen.snapshots += link.plane.received.snapshots
        seen.deltas += link.plane.received.deltas
      }
    } catch (error) {
      throw new Error(`history ${run} with MODEL_SEED=${seed}`, { cause: error })
    }
  }
  // The histories are worth something only if all of it happened.
  expect(seen.served).toBeGreaterThan(histories)
  expect(seen.snapshots).toBeGreaterThan(histories)
  expect(seen.deltas).toBeGreaterThan(histories)
  expect(seen.refused).toBeGreaterThan(0)
})
