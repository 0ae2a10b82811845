import { describe, expect, test } from 'vitest'
import type { Change, Revision } from '../change.ts'
import { decodeFrame, encodeFrame } from '../codec.ts'
import type { DeltaMessage, Message } from '../messages.ts'
import { world } from './world.ts'
import type { Link } from './world.ts'

const put = (id: string, extra: object = {}): Change => ({
  op: 'put',
  entity: 'services',
  id,
  row: { id, ...extra },
})

/** A data plane that stands at revision 1 with one row, its connection open and quiet. */
function settled(): { control: ReturnType<typeof world>['control']; link: Link } {
  const { control, links } = world()
  const link = links[0]!
  control.commit([put('a')])
  link.settle(control)
  return { control, link }
}

function read(frame: Buffer): Message {
  const decoded = decodeFrame(frame, { frame: 1e6, message: 1e6 })
  if (!decoded.ok) throw new Error(decoded.error.message)
  return decoded.message
}

function nextDelta(link: Link): DeltaMessage {
  const message = read(link.down[0]!)
  if (message.type !== 'delta') throw new Error(`expected a delta, not ${message.type}`)
  return message
}

describe('Ordered', () => {
  test('revisions only grow: a delta from the past is not applied', () => {
    const { control, link } = settled()
    control.commit([put('b')])
    link.push()
    const old = link.down[0]!
    link.settle(control)
    control.commit([put('c')])
    link.settle(control)
    link.down.push(old)
    link.deliverDown()
    expect(link.plane.standing).toEqual(control.head)
    expect(link.plane.served.map((served) => served.standing.revision)).toEqual([1, 2, 3])
  })

  test('revisions only grow: a snapshot from the past of the same history is refused', () => {
    const { control, link } = settled()
    const past = { ...control.head }
    control.commit([put('b')])
    link.settle(control)
    link.down.push(encodeFrame({ type: 'snapshot-begin', ...past, chunks: 0, rows: 0, next: 0 }))
    link.deliverDown()
    expect(read(link.up[0]!)).toMatchObject({ type: 'resync', reason: 'gap', revision: 2 })
    link.settle(control)
    expect(link.plane.standing).toEqual(control.head)
  })
})

describe('Atomic', () => {
  test('a transaction is served whole: no state between two revisions was ever there', () => {
    const { control, link } = settled()
    control.commit([put('b'), put('c'), { op: 'delete', entity: 'services', id: 'a' }])
    link.settle(control)
    expect(link.plane.served.map((served) => [...served.rows.keys()])).toEqual([
      ['services/a'],
      ['services/b', 'services/c'],
    ])
  })

  test('a refused revision leaves nothing behind', () => {
    const { control, link } = settled()
    control.commit([put('b'), put('c', { poison: true })])
    link.settle(control)
    expect([...link.plane.rows.keys()]).toEqual(['services/a'])
    expect(link.plane.standing.revision).toBe(1)
    control.commit([put('c')])
    link.settle(control)
    expect([...link.plane.rows.keys()]).toEqual(['services/a', 'services/b', 'services/c'])
  })
})

describe('Unique', () => {
  test('a delta that arrives twice changes nothing and is acknowledged again', () => {
    const { control, link } = settled()
    control.commit([put('b')])
    link.push()
    link.down.push(link.down[0]!)
    link.deliverDown()
    const { rows } = link.plane
    link.deliverDown()
    expect(link.plane.rows).toBe(rows)
    expect(link.up.map((frame) => read(frame))).toMatchObject([
      { type: 'ack', revision: 2 },
      { type: 'ack', revision: 2 },
    ])
    link.settle(control)
    expect(link.open).toBe(true)
  })
})

describe('Reliable', () => {
  test('a delta that does not begin where the data plane stands is refused, and it asks', () => {
    const { control, link } = settled()
    control.commit([put('b')])
    control.commit([put('c')])
    link.push()
    const delta = nextDelta(link)
    link.down = [encodeFrame({ ...delta, from: 2 as Revision })]
    link.deliverDown()
    expect(link.plane.standing.revision).toBe(1)
    expect(read(link.up[0]!)).toMatchObject({ type: 'resync', reason: 'gap', revision: 1 })
    link.settle(control)
    expect(link.plane.standing).toEqual(control.head)
    expect(link.plane.received.snapshots).toBe(1)
  })

  test('a data plane that lags gets one squashed delta, not a queue', () => {
    const { control, link } = settled()
    link.cut()
    for (let i = 0; i < 50; i++) control.commit([put('a', { i })])
    link.settle(control)
    expect(link.plane.standing).toEqual(control.head)
    expect(link.plane.received).toMatchObject({ deltas: 1, snapshots: 1 })
  })

  test('while an answer is awaited nothing more is sent, and then one squashed delta', () => {
    const { control, link } = settled()
    for (let i = 0; i < 5; i++) {
      control.commit([put('a', { i })])
      link.push()
    }
    expect(link.down).toHaveLength(1)
    link.settle(control)
    expect(link.plane.standing).toEqual(control.head)
    expect(link.plane.received.deltas).toBe(2)
  })

  test('behind the end of a trimmed log there is a snapshot', () => {
    const { control, link } = settled()
    link.cut()
    for (let i = 0; i < 5; i++) control.commit([put(`n${i}`)])
    while (control.changes(1 as Revision, 2 as Revision)) control.trim({ below: (n: number) => n - 1 } as never)
    link.settle(control)
    expect(link.plane.standing).toEqual(control.head)
    expect(link.plane.received).toMatchObject({ deltas: 0, snapshots: 2 })
  })
})

describe('Resumable', () => {
  test('after a cut only what is missing travels', () => {
    const { control, link } = settled()
    control.commit([put('b')])
    link.push()
    link.cut()
    link.settle(control)
    expect(link.plane.standing).toEqual(control.head)
    expect(link.plane.received.snapshots).toBe(1)
  })

  test('a chunk that arrives twice is kept once', () => {
    const { control, links } = world()
    const link = links[0]!
    control.commit(Array.from({ length: 30 }, (_, i) => put(`s${i}`)))
    link.connect(control)
    link.deliverUp()
    link.push()
    link.down.splice(5, 0, link.down[2]!, link.down[3]!)
    link.settle(control)
    expect(link.plane.standing).toEqual(control.head)
    expect(link.plane.received).toMatchObject({ chunks: 10, snapshots: 1 })
  })

  for (const restarted of [false, true]) {
    test(`a cut snapshot goes on at its next chunk${restarted ? ', after a restart too' : ''}`, () => {
      const { control, links } = world()
      const link = links[0]!
      control.commit(Array.from({ length: 30 }, (_, i) => put(`s${i}`)))
      link.connect(control)
      link.deliverUp()
      link.push()
      while (link.plane.received.chunks < 4) link.deliverDown()
      link.cut()
      if (restarted) link.plane.restart()
      link.settle(control)
      expect(link.plane.standing).toEqual(control.head)
      expect(link.plane.received.chunks).toBe(10)
    })
  }
})

describe('Verified', () => {
  test('a delta whose result has another digest is not served', () => {
    const { control, link } = settled()
    control.commit([put('b')])
    link.push()
    link.down = [encodeFrame({ ...nextDelta(link), changes: [put('b', { name: 'bent' })] })]
    link.deliverDown()
    expect(link.plane.standing.revision).toBe(1)
    expect(read(link.up[0]!)).toMatchObject({ type: 'resync', reason: 'diverged' })
    link.settle(control)
    expect(link.plane.standing).toEqual(control.head)
    // Rows that differ already would make every further delta fail too.
    expect(link.plane.received.snapshots).toBe(2)
  })

  test('a data plane that stands at the head with another digest gets a snapshot', () => {
    const { control, link } = settled()
    link.up.push(encodeFrame({ type: 'status', revision: control.head.revision, digest: 'f'.repeat(32) }))
    link.settle(control)
    expect(link.plane.received.snapshots).toBe(2)
  })
})
