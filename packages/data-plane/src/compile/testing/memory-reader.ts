import type { Entity, Row } from '@holdfast/entities'
import type { Revision } from '@holdfast/sync'
import type { ReplicaReader, Touched } from '../../replica/reader.ts'

/** A replica of maps, whose rows a test puts and deletes. */
export class MemoryReader implements ReplicaReader {
  revision = 0 as Revision
  readonly #rows = new Map<string, Map<string, object>>()

  /** Each call is a revision; gives what it touched. A value of null deletes. */
  change(rows: Readonly<Record<string, Readonly<Record<string, object | null>>>>): Touched {
    this.revision = (this.revision + 1) as Revision
    const touched: { entity: string; id: string }[] = []
    for (const [entity, byId] of Object.entries(rows)) {
      const table = this.#table(entity)
      for (const [id, row] of Object.entries(byId)) {
        if (row) table.set(id, { id, ...row })
        else table.delete(id)
        touched.push({ entity, id })
      }
    }
    return touched
  }

  // A replica decodes a row anew at each lookup.
  get<E extends Entity>(entity: E, id: string): Row<E> | undefined {
    return structuredClone(this.#table(entity.name).get(id)) as Row<E> | undefined
  }

  *all<E extends Entity>(entity: E): Iterable<Row<E>> {
    for (const id of [...this.#table(entity.name).keys()].toSorted()) yield this.get(entity, id)!
  }

  by<E extends Entity>(entity: E, uniqueField: string, value: string): Row<E> | undefined {
    return [...this.all(entity)].find((row) => (row as Record<string, unknown>)[uniqueField] === value)
  }

  childrenOf<E extends Entity>(entity: E, foreignField: string, id: string): Row<E>[] {
    return [...this.all(entity)].filter((row) => {
      const reference = (row as Record<string, unknown>)[foreignField]
      return typeof reference === 'object' && reference !== null && 'id' in reference && reference.id === id
    })
  }

  #table(entity: string): Map<string, object> {
    let table = this.#rows.get(entity)
    if (!table) this.#rows.set(entity, (table = new Map()))
    return table
  }
}
