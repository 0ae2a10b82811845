import { entityByName, type Entity, type Row } from '@holdfast/entities'
import { withDefaults } from '@holdfast/schema'
import type { Change, Revision, WireRow } from '@holdfast/sync'
import { parentId } from './index-keys.ts'
import type { ReplicaReader } from './reader.ts'

/** A replica as it would be with these changes: to try a revision before it is committed. */
export class OverlayReader implements ReplicaReader {
  readonly revision: Revision
  readonly #below: ReplicaReader
  /** By entity and id; `null` is a deleted row. */
  readonly #changed = new Map<string, Map<string, WireRow | null>>()

  constructor(below: ReplicaReader, revision: Revision, changes: readonly Change[]) {
    this.#below = below
    this.revision = revision
    for (const change of changes) {
      let rows = this.#changed.get(change.entity)
      if (!rows) this.#changed.set(change.entity, (rows = new Map()))
      rows.set(change.id, change.op === 'put' ? asRead(change.entity, change.row) : null)
    }
  }

  get<E extends Entity>(entity: E, id: string): Row<E> | undefined {
    const changed = this.#changed.get(entity.name)?.get(id)
    if (changed === undefined) return this.#below.get(entity, id)
    return (changed ?? undefined) as Row<E> | undefined
  }

  *all<E extends Entity>(entity: E): Iterable<Row<E>> {
    const changed = this.#changed.get(entity.name)
    if (!changed) return yield* this.#below.all(entity)
    const added = [...changed.keys()].filter((id) => changed.get(id) !== null).toSorted()
    let next = 0
    for (const row of this.#below.all(entity)) {
      while (next < added.length && added[next]! < row.id) yield changed.get(added[next++]!) as Row<E>
      if (added[next] === row.id) yield changed.get(added[next++]!) as Row<E>
      else if (!changed.has(row.id)) yield row
    }
    while (next < added.length) yield changed.get(added[next++]!) as Row<E>
  }

  by<E extends Entity>(entity: E, uniqueField: string, value: string): Row<E> | undefined {
    const changed = this.#changed.get(entity.name)
    for (const row of changed?.values() ?? []) {
      if (row && row[uniqueField] !== null && String(row[uniqueField]) === value) return row as Row<E>
    }
    const found = this.#below.by(entity, uniqueField, value)
    return found && !changed?.has(found.id) ? found : undefined
  }

  childrenOf<E extends Entity>(entity: E, foreignField: string, id: string): Row<E>[] {
    const below = this.#below.childrenOf(entity, foreignField, id)
    const changed = this.#changed.get(entity.name)
    if (!changed) return below
    const children = below.filter((row) => !changed.has(row.id))
    for (const row of changed.values()) {
      if (row && parentId(row, foreignField) === id) children.push(row as Row<E>)
    }
    return children.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }
}

/** A row of an entity that this version does not know is read by nobody. */
function asRead(name: string, row: WireRow): WireRow {
  const entity = entityByName(name)
  return entity ? withDefaults(entity, row) : row
}
