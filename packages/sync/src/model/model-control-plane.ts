import type { Change, LoggedChange, Revision, WireRow } from '../change.ts'
import { ControlPlaneSync } from '../control-plane-sync.ts'
import { delta } from '../delta.ts'
import { addRow, emptyDigest, formatDigest, removeRow } from '../digest.ts'
import type { Message } from '../messages.ts'
import { negotiate, spokenProtocols } from '../protocol.ts'
import type { Standing } from '../standing.ts'
import type { Random } from './random.ts'

export type Rows = ReadonlyMap<string, WireRow>

const chunkRows = 3

/** A control plane in memory: the log, every past state (to check against), and one protocol state per connection. */
export class ModelControlPlane {
  /** Every state that ever was committed, by history and revision. */
  readonly states = new Map<string, Rows>()
  #lives = 0
  #head!: Standing
  #rows: Rows = new Map()
  #sum = 0n
  #log: LoggedChange[] = []
  #oldest = 0 as Revision

  constructor() {
    this.startHistory()
  }

  get head(): Standing {
    return this.#head
  }

  /** The database was restored or made anew: another life, from nothing. */
  startHistory(): void {
    this.#lives += 1
    this.#rows = new Map()
    this.#sum = 0n
    this.#log = []
    this.#oldest = 0 as Revision
    this.#head = { history: `life-${this.#lives}`, revision: 0 as Revision, digest: emptyDigest }
    this.#remember()
  }

  commit(changes: readonly Change[]): void {
    const revision = (this.#head.revision + 1) as Revision
    const rows = new Map(this.#rows)
    for (const change of changes) {
      const key = `${change.entity}/${change.id}`
      const before = rows.get(key)
      if (before) this.#sum = removeRow(this.#sum, change.entity, change.id, before)
      if (change.op === 'put') {
        rows.set(key, change.row)
        this.#sum = addRow(this.#sum, change.entity, change.id, change.row)
      } else rows.delete(key)
      this.#log.push({ revision, change })
    }
    this.#rows = rows
    this.#head = { ...this.#head, revision, digest: formatDigest(this.#sum) }
    this.#remember()
  }

  trim(random: Random): void {
    const to = (this.#oldest + random.below(this.#head.revision - this.#oldest + 1)) as Revision
    this.#oldest = to
    this.#log = this.#log.filter((entry) => entry.revision > to)
  }

  accept(): ModelSession {
    return new ModelSession(this)
  }

  changes(from: Revision, to: Revision): LoggedChange[] | undefined {
    if (from < this.#oldest) return undefined
    return this.#log.filter((entry) => entry.revision > from && entry.revision <= to)
  }

  chunks(): { entity: string; id: string; row: WireRow }[][] {
    const rows = [...this.#rows].map(([key, row]) => {
      const [entity = '', id = ''] = key.split('/')
      return { entity, id, row }
    })
    return Array.from({ length: Math.ceil(rows.length / chunkRows) }, (_, index) =>
      rows.slice(index * chunkRows, (index + 1) * chunkRows),
    )
  }

  #remember(): void {
    this.states.set(`${this.#head.history}/${this.#head.revision}`, this.#rows)
  }
}

/** One data plane's connection, as the control plane sees it. */
export class ModelSession {
  readonly #plane: ModelControlPlane
  readonly #history: string
  #sync: ControlPlaneSync | undefined
  closed = false

  constructor(plane: ModelControlPlane) {
    this.#plane = plane
    this.#history = plane.head.history
  }

  receive(message: Message): Message[] {
    if (this.closed) return []
    if (message.type === 'hello') {
      const protocol = negotiate(spokenProtocols, message.protocol)
      if (protocol === undefined || this.#sync) return this.#close()
      this.#sync = new ControlPlaneSync(message)
      const node = { id: 'cp', hostname: 'cp', version: '1.0.0' }
      return [{ type: 'welcome', protocol, node, ...this.#plane.head }]
    }
    if (!this.#sync) return this.#close()
    switch (message.type) {
      case 'ack':
        return this.#sync.acked(message, this.#history) ? this.#close() : []
      case 'nack':
        return this.#sync.nacked(message) ? this.#close() : []
      case 'resync':
        this.#sync.resync(message)
        return []
      case 'status':
        this.#sync.status(message)
        return []
      default:
        return this.#close()
    }
  }

  /** What the control plane sends of its own accord. */
  push(): Message[] {
    if (this.closed || !this.#sync) return []
    if (this.#plane.head.history !== this.#history) return this.#close()
    const head = this.#plane.head
    const step = this.#sync.next(head)
    if (step.do === 'part') return this.#close()
    if (step.do === 'delta') {
      const logged = this.#plane.changes(step.from, step.to)
      if (logged) {
        this.#sync.sent(step.to, head.digest)
        return [{ type: 'delta', ...delta(step.from, step.to, logged, head.digest) }]
      }
      this.#sync.outOfReach()
      return this.push()
    }
    if (step.do === 'wait') return []
    const chunks = this.#plane.chunks()
    const { partial } = step
    const resumes = partial?.history === head.history && partial.revision === head.revision
    const next = resumes ? partial.next : 0
    this.#sync.sent(head.revision, head.digest)
    const rows = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    return [
      { type: 'snapshot-begin', ...head, chunks: chunks.length, rows, next },
      ...chunks.slice(next).map((chunk, index): Message => ({
        type: 'snapshot-chunk',
        revision: head.revision,
        index: next + index,
        rows: chunk.map((row) => [row.entity, row.id, row.row] as const),
      })),
      { type: 'snapshot-end', revision: head.revision, digest: head.digest },
    ]
  }

  #close(): Message[] {
    this.closed = true
    return [{ type: 'bye', reason: 'protocol_error', message: '', retry_after: 0 }]
  }
}
