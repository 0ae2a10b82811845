import type { Change, WireRow } from '../change.ts'
import { DataPlaneSync } from '../data-plane-sync.ts'
import type { DataPlaneStep } from '../data-plane-sync.ts'
import { addRow, formatDigest } from '../digest.ts'
import type { Message, SnapshotBegin } from '../messages.ts'
import { nowhere } from '../standing.ts'
import type { Standing } from '../standing.ts'
import type { Rows } from './model-control-plane.ts'

/** What outlives a restart. Replaced as a whole, as a transaction would. */
interface Disk {
  readonly standing: Standing
  readonly rows: Rows
  readonly building: { readonly begin: SnapshotBegin; readonly next: number; readonly rows: Rows } | null
}

/** A data plane in memory. It refuses revisions that hold a row with `poison`. */
export class ModelDataPlane {
  /** Everything that was ever served, in order. */
  readonly served: { readonly standing: Standing; readonly rows: Rows }[] = []
  /** How many rows each kind of message brought, to see what a cut costs. */
  readonly received = { chunks: 0, deltas: 0, snapshots: 0 }
  #disk: Disk = { standing: nowhere, rows: new Map(), building: null }
  #sync = this.#read()

  get standing(): Standing {
    return this.#disk.standing
  }

  get rows(): Rows {
    return this.#disk.rows
  }

  restart(): void {
    this.#sync = this.#read()
  }

  /** The disk was damaged and set aside. */
  loseDisk(): void {
    this.#disk = { standing: nowhere, rows: new Map(), building: null }
    this.restart()
  }

  connected(): Message {
    return this.#sync.connected({
      node: { id: 'dp', hostname: 'dp', version: '1.0.0' },
      labels: {},
      plugins: [{ name: 'key-auth', version: '1.0.0' }],
    })
  }

  /** Answers, or 'left' when the connection is to be closed. */
  receive(message: Message): Message[] | 'left' {
    const step = this.#sync.receive(message)
    switch (step.do) {
      case 'send':
        return [step.message]
      case 'leave':
        return 'left'
      case 'nothing':
        return []
      default:
        return this.#carryOut(step)
    }
  }

  #carryOut(step: Exclude<DataPlaneStep, { do: 'send' | 'leave' | 'nothing' }>): Message[] {
    switch (step.do) {
      case 'apply': {
        const { history } = this.#disk.standing
        const standing = { history, revision: step.delta.to, digest: step.delta.digest }
        this.received.deltas += 1
        return [this.#serve(standing, applied(this.#disk.rows, step.delta.changes))]
      }
      case 'begin-snapshot': {
        const kept = step.begin.next > 0 ? this.#disk.building : null
        this.#disk = { ...this.#disk, building: { begin: step.begin, next: 0, rows: new Map(), ...keep(kept) } }
        this.received.snapshots += 1
        return []
      }
      case 'store-chunk': {
        const building = this.#disk.building!
        const rows = new Map(building.rows)
        for (const [entity, id, row] of step.chunk.rows) rows.set(`${entity}/${id}`, row)
        this.#disk = { ...this.#disk, building: { ...building, rows, next: step.chunk.index + 1 } }
        this.#sync.stored(step.chunk)
        this.received.chunks += 1
        return []
      }
      case 'finish-snapshot': {
        const { history, revision, digest } = step.begin
        return [this.#serve({ history, revision, digest }, this.#disk.building!.rows)]
      }
    }
  }

  #serve(standing: Standing, rows: Rows): Message {
    if (digestOf(rows) !== standing.digest) {
      this.#disk = { ...this.#disk, building: null }
      return this.#sync.mismatched()
    }
    const poison = [...rows].find(([, row]) => row['poison'])
    if (poison) {
      this.#disk = { ...this.#disk, building: null }
      const [entity = '', id = ''] = poison[0].split('/')
      return this.#sync.refused(standing.revision, [{ entity, id, message: 'poison' }])
    }
    this.#disk = { standing, rows, building: null }
    this.served.push({ standing, rows })
    return this.#sync.committed(standing, 0)
  }

  #read(): DataPlaneSync {
    const { standing, building } = this.#disk
    const partial = building && {
      history: building.begin.history,
      revision: building.begin.revision,
      next: building.next,
    }
    return new DataPlaneSync(standing, partial)
  }
}

function keep(building: Disk['building']): Partial<NonNullable<Disk['building']>> {
  return building ? { rows: building.rows, next: building.next } : {}
}

export function applied(rows: Rows, changes: readonly Change[]): Rows {
  const next = new Map<string, WireRow>(rows)
  for (const change of changes) {
    if (change.op === 'put') next.set(`${change.entity}/${change.id}`, change.row)
    else next.delete(`${change.entity}/${change.id}`)
  }
  return next
}

export function digestOf(rows: Rows): string {
  let sum = 0n
  for (const [key, row] of rows) {
    const [entity = '', id = ''] = key.split('/')
    sum = addRow(sum, entity, id, row)
  }
  return formatDigest(sum)
}
