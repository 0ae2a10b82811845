/** `/upstreams/{upstream}/targets/…`: targets are addressed by `host:port` within their upstream, and PUT changes them. */
import { targets, upstreams } from '@holdfast/entities'
import type { WireRow } from '@holdfast/sync'
import { type AdminRequest, type Answer, type Endpoint, firstArgument, noContent, notFound, ok } from './endpoint.ts'
import type { EntityApi } from './entity-endpoints.ts'
import { pageSize } from './list-arguments.ts'
import { isUuid } from './rows.ts'

export function targetEndpoints(api: EntityApi): Endpoint[] {
  const upstreamOf = (request: AdminRequest) => api.rows.select(upstreams, request.params[upstreams.name] ?? '')

  async function targetOf(request: AdminRequest): Promise<WireRow | undefined> {
    const upstream = await upstreamOf(request)
    if (!upstream) return undefined
    const key = request.params[targets.name] ?? ''
    const row = isUuid(key)
      ? await api.store.reader.get(targets.name, key)
      : await api.store.reader.find(targets.name, { upstream: { id: upstream['id'] }, target: key })
    return (row?.['upstream'] as { readonly id: string } | undefined)?.id === upstream['id'] ? row : undefined
  }

  const change = async (request: AdminRequest): Promise<Answer> => {
    const row = await targetOf(request)
    if (!row) return notFound
    return ok(await api.rows.update(targets, row['id'] as string, api.typedBody(targets, request, row)))
  }

  return [
    {
      path: '/upstreams/:upstreams/targets/:targets',
      methods: {
        GET: async (request) => {
          const row = await targetOf(request)
          return row ? ok(row) : notFound
        },
        PUT: change,
        PATCH: change,
        DELETE: async (request) => {
          const row = await targetOf(request)
          if (!row) return notFound
          await api.rows.remove(targets, row['id'] as string)
          return noContent
        },
      },
    },
    {
      // With the targets of weight 0 that Kong's other list once left out.
      path: '/upstreams/:upstreams/targets/all',
      methods: {
        GET: async (request) => {
          const upstream = await upstreamOf(request)
          if (!upstream) return notFound
          const page = await api.store.reader.page(targets.name, {
            size: pageSize(request.query),
            offset: firstArgument(request.query, 'offset'),
            parent: { field: 'upstream', id: upstream['id'] as string },
          })
          if (page.offset === undefined) return ok({ data: page.rows, next: null })
          const path = `/upstreams/${encodeURIComponent(request.params[upstreams.name] ?? '')}/targets/all`
          const next = `${path}?offset=${encodeURIComponent(page.offset)}`
          return ok({ data: page.rows, offset: page.offset, next })
        },
      },
    },
  ]
}
