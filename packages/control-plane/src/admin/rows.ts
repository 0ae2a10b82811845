/** Rows as clients of the Admin API meet them: found by id or by name, checked before they are written, shown in Kong's form. */
import { randomUUID } from 'node:crypto'
import { type Entity, entityByName } from '@holdfast/entities'
import { type Violations, checkValue, parse, withShorthands } from '@holdfast/schema'
import type { WireRow } from '@holdfast/sync'
import { type StoreProblem, StoreRefusal } from '../store/refusal.ts'
import type { Reader } from '../store/reader.ts'
import type { Committed, Store } from '../store/store.ts'
import type { WriteTransaction } from '../store/write-transaction.ts'
import type { EntityRules, Write } from './entity-rules.ts'
import { resolveForeignKeys } from './foreign-names.ts'
import type { PluginSchemas } from './plugin-schemas.ts'
import { AdminRefusal, schemaViolation } from './problem.ts'
import { storedExpiry, takeTimeToLive, withTimeToLive, withoutExpiry } from './time-to-live.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function isUuid(text: string): boolean {
  return UUID.test(text)
}

export interface Rows {
  /** The row that this part of an address means; undefined if there is none. */
  select(entity: Entity, key: string): Promise<WireRow | undefined>
  insert(entity: Entity, input: WireRow): Promise<WireRow>
  /** @throws {AdminRefusal} `not_found` */
  update(entity: Entity, key: string, input: WireRow): Promise<WireRow>
  upsert(entity: Entity, key: string, input: WireRow): Promise<WireRow>
  /** Nothing happens when there is no such row. */
  remove(entity: Entity, key: string): Promise<void>
  /** In the form that is answered. */
  show(entity: Entity, rows: readonly WireRow[]): Promise<WireRow[]>
}

export interface RowsOptions {
  readonly store: Store
  readonly plugins: PluginSchemas
  readonly rules: (entity: string) => EntityRules
  readonly now: () => number
  /** Waited for before a write is answered. */
  readonly committed: Committed | undefined
}

/** How a part of an address names a row. */
type Key = { readonly field: 'id' | string; readonly value: string }

export function createRows({ store, plugins, rules, now, committed }: RowsOptions): Rows {
  const context = { now, uuid: randomUUID, subschema: plugins.subschema, entity: entityByName }

  function parsed(entity: Entity, input: WireRow, current: WireRow | undefined, mode: Write['kind']): WireRow {
    const how = mode === 'update' ? { mode, current: withoutExpiry(current ?? {}) } : { mode }
    const result = parse(entity, input, { ...context, ...how })
    if (!result.ok) throw schemaViolation(result.violations)
    return result.value
  }

  async function write(
    transaction: WriteTransaction,
    entity: Entity,
    given: WireRow,
    current: WireRow | undefined,
    kind: Write['kind'],
  ): Promise<WireRow> {
    const { ttl, input } = takeTimeToLive(entity, given)
    if (input['id'] === null) throw new AdminRefusal({ kind: 'primary_key_violation', id: null })
    const resolved = await resolveForeignKeys(transaction, entity, input)
    const row = {
      ...parsed(entity, resolved, current, kind),
      ...storedExpiry(entity, ttl, kind === 'update' ? current : undefined, now()),
    }
    const insert: Write['insert'] = (other, its) => write(transaction, other, its, undefined, 'insert')
    const rule = rules(entity.name)
    await rule.check?.({ kind, transaction, row, input, insert })
    const stored = await (current ? transaction.update(entity.name, row) : transaction.insert(entity.name, row))
    await rule.afterWrite?.({ kind, transaction, row: stored, input, insert })
    return stored
  }

  async function show(reader: Reader, entity: Entity, rows: readonly WireRow[]): Promise<WireRow[]> {
    const present = rules(entity.name).present
    const presented = present ? await present(reader, rows) : rows
    return presented.map((row) => withTimeToLive(entity, withShorthands(plugins.structure(entity, row), row), now()))
  }

  /** One transaction, and the row that it wrote as it is answered. */
  function writing(entity: Entity, work: (transaction: WriteTransaction) => Promise<WireRow>): Promise<WireRow> {
    return store.transact(async (transaction) => {
      const row = await work(transaction)
      const [shown] = await show(transaction, entity, [row])
      return shown ?? row
    }, committed)
  }

  return {
    select: (entity, text) => find(store.reader, entity, keyOf(entity, text)),
    insert: (entity, input) => writing(entity, (transaction) => write(transaction, entity, input, undefined, 'insert')),

    async update(entity, text, input) {
      const key = keyOf(entity, text)
      return writing(entity, async (transaction) => {
        const current = await hold(transaction, entity, key)
        // A row cannot be given another id; Kong looks for the new one and does not find it.
        const otherId = current && typeof input['id'] === 'string' && input['id'].toLowerCase() !== current['id']
        if (!current || otherId) throw new AdminRefusal({ kind: 'not_found', field: key.field, value: key.value })
        return write(transaction, entity, input, current, 'update')
      })
    },

    async upsert(entity, text, input) {
      const key = keyOf(entity, text)
      const attempt = () =>
        writing(entity, async (transaction) => {
          const current = await hold(transaction, entity, key)
          const id = current?.['id'] ?? (key.field === 'id' ? key.value : input['id'])
          const whole: WireRow = {
            ...input,
            ...(key.field !== 'id' && { [key.field]: key.value }),
            ...(id !== undefined && { id }),
            ...(current && 'created_at' in current && { created_at: current['created_at'] }),
          }
          return write(transaction, entity, whole, current, 'upsert')
        })
      try {
        return await attempt()
      } catch (error) {
        // Somebody made the row a moment ago: then this replaces it.
        if (error instanceof StoreRefusal && isTaken(key, error.problem)) return attempt()
        throw error
      }
    },

    async remove(entity, text) {
      const key = keyOf(entity, text)
      await store.transact(async (transaction) => {
        const row = await find(transaction, entity, key)
        if (!row) return
        await rules(entity.name).beforeDelete?.(transaction, row)
        await transaction.delete(entity.name, row['id'] as string)
      }, committed)
    },

    show: (entity, rows) => show(store.reader, entity, rows),
  }
}

/** @throws {AdminRefusal} when the text can be neither an id nor a name */
function keyOf(entity: Entity, text: string): Key {
  if (isUuid(text)) return { field: 'id', value: text.toLowerCase() }
  const field = entity.endpoint_key
  if (field === undefined) throw new AdminRefusal({ kind: 'invalid_primary_key', reason: 'expected a valid UUID' })
  const wrong = checkValue(entity, field, text)
  if (typeof wrong === 'string') throw new AdminRefusal({ kind: 'invalid_unique', field, message: wrong })
  return { field, value: text }
}

function find(reader: Reader, entity: Entity, key: Key): Promise<WireRow | undefined> {
  if (key.field === 'id') return reader.get(entity.name, key.value)
  return reader.find(entity.name, { [key.field]: key.value })
}

/** Finds the row and holds it until the transaction ends. */
async function hold(transaction: WriteTransaction, entity: Entity, key: Key): Promise<WireRow | undefined> {
  const row = await find(transaction, entity, key)
  return row && transaction.lock(entity.name, row['id'] as string)
}

/** Whether the refusal says that there is a row with this key. */
function isTaken(key: Key, problem: StoreProblem): boolean {
  if (key.field === 'id') return problem.kind === 'primary_key_violation'
  return problem.kind === 'unique_violation' && problem.key[key.field] === key.value
}

/** Everything that is wrong with a row by its schema alone; nothing is looked up. */
export function violationsOf(
  entity: Entity,
  input: WireRow,
  plugins: PluginSchemas,
  now: number,
): Violations | undefined {
  const context = { now: () => now, uuid: randomUUID, subschema: plugins.subschema, entity: entityByName }
  const result = parse(entity, input, { ...context, mode: 'insert' })
  return result.ok ? undefined : result.violations
}
