import type { Transaction } from 'lmdb'
import type { Entity, Row } from '@holdfast/entities'
import { withDefaults } from '@holdfast/schema'
import type { Revision, WireRow } from '@holdfast/sync'
import { unpackRow } from './generation.ts'
import type { Generation } from './generation.ts'
import { foreignPrefix, prefixEnd, rowKey, uniqueKey } from './index-keys.ts'
import type { ReplicaReader, Touched } from './reader.ts'
import { RecentCache } from './recent-cache.ts'

export interface CacheSize {
  /** Decoded rows kept in memory per entity. */
  readonly rows: number
  /** Answers kept per unique or foreign field. */
  readonly lookups: number
}

/** What is remembered of one entity. The answers by field are forgotten as soon as any row of the entity changes. */
interface EntityCache {
  readonly rows: RecentCache<WireRow>
  readonly unique: Map<string, RecentCache<WireRow>>
  readonly children: Map<string, RecentCache<readonly string[]>>
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
  readonly #caches = new Map<string, EntityCache>()
  #generation: Generation | undefined
  #transaction: Transaction | undefined
  #revision = 0 as Revision

  constructor(generation: Generation | undefined, cacheSize: CacheSize = defaultCacheSize) {
    this.#cacheSize = cacheSize
    this.#pin(generation)
  }

  get revision(): Revision {
    return this.#revision
  }

  /** Moves to another generation, or to none. */
  replace(generation: Generation | undefined): void {
    this.#unpin()
    this.#pin(generation)
    this.#caches.clear()
  }

  /** Moves to the last commit; `touched` names every row that differs from the view so far. */
  refresh(touched: Touched): void {
    if (touched === 'all') return this.replace(this.#generation)
    this.#unpin()
    this.#pin(this.#generation)
    for (const { entity, id } of touched) {
      const cache = this.#caches.get(entity)
      if (!cache) continue
      cache.rows.delete(id)
      cache.unique.clear()
      cache.children.clear()
    }
  }

  /** Gives the view back; nothing can be read any more. */
  close(): void {
    this.replace(undefined)
  }

  get<E extends Entity>(entity: E, id: string): Row<E> | undefined {
    const { rows } = this.#cacheOf(entity.name)
    const cached = rows.get(id)
    if (cached) return cached as Row<E>
    const bytes = this.#generation?.rows.get(rowKey(entity.name, id), this.#options())
    if (!bytes) return undefined
    const row = withDefaults(entity, unpackRow(bytes))
    rows.set(id, row)
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
    const known = this.#cached(this.#cacheOf(entity.name).unique, uniqueField)
    const cached = known.get(value)
    if (cached) return cached as Row<E>
    const id = this.#generation?.unique.get(uniqueKey(entity.name, uniqueField, value), this.#options())
    const row = id && this.get(entity, id.toString())
    // The index may hold a hash in place of a long value.
    if (!row || String((row as WireRow)[uniqueField]) !== value) return undefined
    // Values come from clients: keeping the misses too would let them push out what is asked for honestly.
    known.set(value, row)
    return row
  }

  childrenOf<E extends Entity>(entity: E, foreignField: string, id: string): Row<E>[] {
    const known = this.#cached(this.#cacheOf(entity.name).children, foreignField)
    let ids = known.get(id)
    if (!ids) {
      ids = this.#childIds(foreignPrefix(entity.name, foreignField, id))
      if (ids.length > 0) known.set(id, ids)
    }
    return ids.flatMap((child) => this.get(entity, child) ?? [])
  }

  #childIds(prefix: string): readonly string[] {
    if (!this.#generation) return []
    const range = { start: prefix, end: prefixEnd(prefix), ...this.#options() }
    return [...this.#generation.foreign.getKeys(range)].map((key) => key.slice(prefix.length))
  }

  #cacheOf(entity: string): EntityCache {
    let cache = this.#caches.get(entity)
    if (!cache) {
      cache = { rows: new RecentCache(this.#cacheSize.rows), unique: new Map(), children: new Map() }
      this.#caches.set(entity, cache)
    }
    return cache
  }

  #cached<V extends {}>(byField: Map<string, RecentCache<V>>, field: string): RecentCache<V> {
    let cache = byField.get(field)
    if (!cache) byField.set(field, (cache = new RecentCache(this.#cacheSize.lookups)))
    return cache
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
