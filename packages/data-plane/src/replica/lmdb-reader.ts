import type { Transaction } from 'lmdb'
import { LRUCache } from 'lru-cache'
import type { Entity, Row } from '@holdfast/entities'
import { withDefaults } from '@holdfast/schema'
import type { Revision, WireRow } from '@holdfast/sync'
import { unpackRow } from './generation.ts'
import type { Generation } from './generation.ts'
import { foreignPrefix, prefixEnd, rowKey, uniqueKey } from './index-keys.ts'
import type { ReplicaReader, Touched } from './reader.ts'

export interface CacheSize {
  /** Decoded rows kept in memory. */
  readonly rows: number
  /** Answers of lookups by unique or foreign field kept per entity. */
  readonly lookups: number
}

export const defaultCacheSize: CacheSize = { rows: 20_000, lookups: 20_000 }

/**
 * Reads a replica as it was at one commit. The view stays there, whatever is committed meanwhile, until `refresh`: so a request
 * never sees half of a delta, and lookups agree with the runtime that was compiled from the same revision.
 *
 * Rows are stored as they came, since the digest is made of them; readers see defaults where null was stored over them.
 */
export class LmdbReader implements ReplicaReader {
  readonly #cacheSize: CacheSize
  readonly #rows: LRUCache<string, WireRow>
  /** By entity, then field and value: ids, joined. Forgotten for an entity as soon as one of its rows changes. */
  readonly #lookups = new Map<string, LRUCache<string, readonly string[]>>()
  #generation: Generation | undefined
  #transaction: Transaction | undefined
  #revision = 0 as Revision

  constructor(generation: Generation | undefined, cacheSize: CacheSize = defaultCacheSize) {
    this.#cacheSize = cacheSize
    this.#rows = new LRUCache({ max: cacheSize.rows })
    this.#pin(generation)
  }

  get revision(): Revision {
    return this.#revision
  }

  /** Moves to another generation, or to none. */
  replace(generation: Generation | undefined): void {
    this.#unpin()
    this.#pin(generation)
    this.#rows.clear()
    this.#lookups.clear()
  }

  /** Moves to the last commit; `touched` names every row that differs from the view so far. */
  refresh(touched: Touched): void {
    if (touched === 'all') return this.replace(this.#generation)
    this.#unpin()
    this.#pin(this.#generation)
    for (const { entity, id } of touched) {
      this.#rows.delete(rowKey(entity, id))
      this.#lookups.delete(entity)
    }
  }

  /** Gives the view back; nothing can be read any more. */
  close(): void {
    this.replace(undefined)
  }

  get<E extends Entity>(entity: E, id: string): Row<E> | undefined {
    const key = rowKey(entity.name, id)
    const cached = this.#rows.get(key)
    if (cached) return cached as Row<E>
    const bytes = this.#generation?.rows.get(key, this.#options())
    if (!bytes) return undefined
    const row = withDefaults(entity, unpackRow(bytes))
    this.#rows.set(key, row)
    return row as Row<E>
  }

  *all<E extends Entity>(entity: E): Iterable<Row<E>> {
    if (!this.#generation) return
    const prefix = `${entity.name}/`
    const range = { start: prefix, end: prefixEnd(prefix), ...this.#options() }
    for (const { value } of this.#generation.rows.getRange(range)) {
      yield withDefaults(entity, unpackRow(value)) as Row<E>
    }
  }

  by<E extends Entity>(entity: E, uniqueField: string, value: string): Row<E> | undefined {
    if (uniqueField === 'id') return this.get(entity, value)
    const [id] = this.#lookup(entity.name, uniqueKey(entity.name, uniqueField, value), (key) => {
      const found = this.#generation?.unique.get(key, this.#options())
      return found ? [found.toString()] : []
    })
    if (id === undefined) return undefined
    const row = this.get(entity, id)
    // The index may hold a hash in place of a long value.
    return row && String((row as WireRow)[uniqueField]) === value ? row : undefined
  }

  childrenOf<E extends Entity>(entity: E, foreignField: string, id: string): Row<E>[] {
    const ids = this.#lookup(entity.name, foreignPrefix(entity.name, foreignField, id), (prefix) => {
      if (!this.#generation) return []
      const range = { start: prefix, end: prefixEnd(prefix), ...this.#options() }
      return [...this.#generation.foreign.getKeys(range)].map((key) => key.slice(prefix.length))
    })
    return ids.flatMap((child) => this.get(entity, child) ?? [])
  }

  #lookup(entity: string, key: string, read: (key: string) => readonly string[]): readonly string[] {
    let cache = this.#lookups.get(entity)
    if (!cache) this.#lookups.set(entity, (cache = new LRUCache({ max: this.#cacheSize.lookups })))
    let ids = cache.get(key)
    // Keys come from clients: keeping the misses too would let them push out what is asked for honestly.
    if (!ids) {
      ids = read(key)
      if (ids.length > 0) cache.set(key, ids)
    }
    return ids
  }

  #options(): { transaction: Transaction } | undefined {
    return this.#transaction && { transaction: this.#transaction }
  }

  #pin(generation: Generation | undefined): void {
    this.#generation = generation
    this.#transaction = generation?.pin()
    this.#revision = generation?.state(this.#transaction)?.revision ?? (0 as Revision)
  }

  #unpin(): void {
    this.#transaction?.done()
    this.#transaction = undefined
  }
}
