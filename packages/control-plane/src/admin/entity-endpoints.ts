/** The endpoints that every entity gets: its collection, its items, and the ways along its foreign fields. */
import { type Entity, entityByName, referencesFrom } from '@holdfast/entities'
import type { WireRow } from '@holdfast/sync'
import type { Store } from '../store/store.ts'
import {
  type AdminRequest,
  type Answer,
  type Endpoint,
  created,
  firstArgument,
  methodNotAllowed,
  noContent,
  notFound,
  ok,
} from './endpoint.ts'
import type { EntityRules } from './entity-rules.ts'
import { pageSize, tagFilter } from './list-arguments.ts'
import { AdminRefusal } from './problem.ts'
import type { Rows } from './rows.ts'

export interface EntityApi {
  readonly store: Store
  readonly rows: Rows
  readonly rules: (entity: string) => EntityRules
  /** The body with the types that the entity's fields ask for. */
  typedBody(entity: Entity, request: AdminRequest, current: WireRow | undefined): WireRow
}

/** One foreign field: rows of `child` refer by it to rows of `parent`. */
interface Relation {
  readonly child: Entity
  readonly field: string
  readonly parent: Entity
  /** Last part of the address of the children: `/consumers/{consumer}/key-auth`. */
  readonly as: string
}

export function entityEndpoints(api: EntityApi, entity: Entity): Endpoint[] {
  return [collection(api, entity), item(api, entity), ...relationsOf(entity).flatMap((each) => related(api, each))]
}

function relationsOf(child: Entity): Relation[] {
  return referencesFrom(child).flatMap(({ field, to }) => {
    const parent = entityByName(to)
    const nested = child.nested?.find((path) => path.field === field)
    return parent ? [{ child, field, parent, as: nested?.as ?? child.collection }] : []
  })
}

function collection(api: EntityApi, entity: Entity): Endpoint {
  const path = `/${entity.collection}`
  return {
    path,
    methods: {
      GET: async ({ query }) => {
        const size = pageSize(query)
        const tags = tagFilter(query)
        const offset = firstArgument(query, 'offset')
        const page = await api.store.reader.page(entity.name, {
          size,
          offset,
          tags,
          order: api.rules(entity.name).order,
        })
        const kept = [
          ...(tags ? [`tags=${encodeURIComponent(firstArgument(query, 'tags') ?? '')}`] : []),
          ...(query['size'] === undefined ? [] : [`size=${size}`]),
        ]
        return listAnswer(await api.rows.show(entity, page.rows), page.offset, path, kept)
      },
      POST: async (request) => created(await api.rows.insert(entity, bodyOf(api, entity, request, undefined))),
    },
  }
}

function listAnswer(data: unknown, offset: string | undefined, path: string, kept: readonly string[]): Answer {
  if (offset === undefined) return ok({ data, next: null })
  return ok({ data, offset, next: `${path}?${[`offset=${encodeURIComponent(offset)}`, ...kept].join('&')}` })
}

function item(api: EntityApi, entity: Entity): Endpoint {
  const { withKey, before } = keys(api, entity)
  return {
    path: `/${entity.collection}/:${entity.name}`,
    before,
    methods: {
      GET: withKey(async (key) => {
        const row = await api.rows.select(entity, key)
        if (row) return ok(await showOne(api, entity, row))
        if (api.rules(entity.name).unknown === 'explained') throw unknown(key)
        return notFound
      }),
      PUT: withKey(async (key, request) => {
        return ok(await api.rows.upsert(entity, key, bodyOf(api, entity, request, undefined)))
      }),
      PATCH: withKey(async (key, request) => await patch(api, entity, key, request)),
      DELETE: withKey(async (key) => {
        await api.rows.remove(entity, key)
        return noContent
      }),
    },
  }
}

function unknown(id: string): AdminRefusal {
  return new AdminRefusal({ kind: 'not_found', field: 'id', value: id })
}

async function showOne(api: EntityApi, entity: Entity, row: WireRow): Promise<WireRow | undefined> {
  return (await api.rows.show(entity, [row]))[0]
}

/** The stored row may be needed to know what the body means, e.g. the name of a plugin. */
async function patch(
  api: EntityApi,
  entity: Entity,
  key: string,
  request: AdminRequest,
  more: WireRow = {},
): Promise<Answer> {
  const needsCurrent = api.rules(entity.name).needsCurrent?.(request.body) === true
  const current = request.isForm || needsCurrent ? await api.rows.select(entity, key) : undefined
  if (needsCurrent && !current) return notFound
  return ok(await api.rows.update(entity, key, { ...more, ...bodyOf(api, entity, request, current) }))
}

function bodyOf(api: EntityApi, entity: Entity, request: AdminRequest, current: WireRow | undefined): WireRow {
  const body = api.typedBody(entity, request, current)
  const addressedAs = request.params[entity.name] ?? ''
  return api.rules(entity.name).bodyFor?.(body, request.method, addressedAs) ?? body
}

function related(api: EntityApi, relation: Relation): Endpoint[] {
  return [parentOfChild(api, relation), childrenOfParent(api, relation), childOfParent(api, relation)]
}

/** `/routes/{route}/service`: the row that a row refers to. */
function parentOfChild(api: EntityApi, { child, field, parent }: Relation): Endpoint {
  const { withKey, before } = keys(api, child)
  /** Undefined without a child, null where it refers to nothing. */
  async function parentId(key: string): Promise<string | null | undefined> {
    const row = await api.rows.select(child, key)
    return row && ((row[field] as { readonly id: string } | null)?.id ?? null)
  }
  return {
    path: `/${child.collection}/:${child.name}/${field}`,
    before,
    methods: {
      GET: withKey(async (key) => {
        const id = await parentId(key)
        const row = id ? await api.rows.select(parent, id) : undefined
        return row ? ok(await showOne(api, parent, row)) : notFound
      }),
      PUT: withKey(async (key, request) => {
        const id = await parentId(key)
        if (id === undefined) return notFound
        const input = api.typedBody(parent, request, undefined)
        if (id !== null) return ok(await api.rows.upsert(parent, id, input))
        const made = await api.rows.insert(parent, input)
        await api.rows.update(child, key, { [field]: { id: made['id'] } })
        return ok(made)
      }),
      PATCH: withKey(async (key, request) => {
        const id = await parentId(key)
        return id ? await patch(api, parent, id, request) : notFound
      }),
      DELETE: withKey(async (key) => ((await parentId(key)) ? methodNotAllowed : notFound)),
    },
  }
}

/** `/services/{service}/routes`: the rows that refer to a row. Kong ignores tags here. */
function childrenOfParent(api: EntityApi, { child, field, parent, as }: Relation): Endpoint {
  const { withKey, before } = keys(api, parent)
  return {
    path: `/${parent.collection}/:${parent.name}/${as}`,
    before,
    methods: {
      GET: withKey(async (key, { params, query }) => {
        const owner = await api.rows.select(parent, key)
        if (!owner) return notFound
        const page = await api.store.reader.page(child.name, {
          size: pageSize(query),
          offset: firstArgument(query, 'offset'),
          parent: { field, id: owner['id'] as string },
          order: api.rules(child.name).order,
        })
        const path = `/${parent.collection}/${encodeURIComponent(params[parent.name] ?? '')}/${as}`
        return listAnswer(await api.rows.show(child, page.rows), page.offset, path, [])
      }),
      POST: withKey(async (key, request) => {
        const owner = await api.rows.select(parent, key)
        if (!owner) return notFound
        const input = { ...bodyOf(api, child, request, undefined), [field]: { id: owner['id'] } }
        return created(await api.rows.insert(child, input))
      }),
    },
  }
}

/** `/services/{service}/routes/{route}`: one of the rows that refer to a row, and to no other. */
function childOfParent(api: EntityApi, { child, field, parent, as }: Relation): Endpoint {
  const { withKey, before } = keys(api, parent)
  const childKey = (request: AdminRequest) => request.params[child.name] ?? ''

  async function owned(key: string, request: AdminRequest): Promise<WireRow | undefined> {
    const owner = await api.rows.select(parent, key)
    const row = owner && (await api.rows.select(child, childKey(request)))
    return row && (row[field] as { readonly id: string } | null)?.id === owner?.['id'] ? row : undefined
  }

  return {
    path: `/${parent.collection}/:${parent.name}/${as}/:${child.name}`,
    before,
    methods: {
      GET: withKey(async (key, request) => {
        const row = await owned(key, request)
        return row ? ok(await showOne(api, child, row)) : notFound
      }),
      PUT: withKey(async (key, request) => {
        const owner = await api.rows.select(parent, key)
        if (!owner) return notFound
        const input = { ...api.typedBody(child, request, undefined), [field]: { id: owner['id'] } }
        return ok(await api.rows.upsert(child, childKey(request), input))
      }),
      PATCH: withKey(async (key, request) => {
        const row = await owned(key, request)
        if (!row) return notFound
        return await patch(api, child, row['id'] as string, request, { [field]: row[field] })
      }),
      DELETE: withKey(async (key, request) => {
        const row = await owned(key, request)
        if (!row) return notFound
        await api.rows.remove(child, row['id'] as string)
        return noContent
      }),
    },
  }
}

type KeyHandler = (key: string, request: AdminRequest) => Promise<Answer>

/** Gives handlers the key of the entity in the address, by the entity's own way where it has one. */
function keys(api: EntityApi, entity: Entity) {
  const idOfKey = api.rules(entity.name).idOfKey
  const resolved = (request: AdminRequest) => {
    const text = request.params[entity.name] ?? ''
    return idOfKey ? idOfKey(api.store.reader, text, request.method) : text
  }
  const withKey = (handler: KeyHandler) => async (request: AdminRequest) => {
    const key = await resolved(request)
    return typeof key === 'string' ? handler(key, request) : key
  }
  const before = idOfKey && {
    before: async (request: AdminRequest) => {
      if (request.method !== 'OPTIONS') return undefined
      const key = await resolved(request)
      return typeof key === 'string' ? undefined : key
    },
  }
  return { withKey, ...before }
}
