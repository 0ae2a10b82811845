/** `/tags`: every tag with the row that has it. */
import type { Store } from '../store/store.ts'
import { type AdminRequest, type Answer, type Endpoint, firstArgument, ok } from './endpoint.ts'
import { pageSize } from './list-arguments.ts'
import { schemaViolation } from './problem.ts'

export function tagEndpoints(store: Store): Endpoint[] {
  async function list(
    request: AdminRequest,
    path: string,
    tag: string | undefined,
    keepsSize: boolean,
  ): Promise<Answer> {
    const size = pageSize(request.query)
    const page = await store.tags({ size, offset: firstArgument(request.query, 'offset'), tag })
    if (page.offset === undefined) return ok({ data: page.rows, next: null })
    const given = keepsSize && request.query['size'] !== undefined ? `&size=${size}` : ''
    const next = `${path}?offset=${encodeURIComponent(page.offset)}${given}`
    return ok({ data: page.rows, offset: page.offset, next })
  }
  return [
    { path: '/tags', methods: { GET: (request) => list(request, '/tags', undefined, true), POST: readOnly } },
    {
      path: '/tags/:tags',
      methods: {
        GET: (request) => {
          const tag = request.params['tags'] ?? ''
          return list(request, `/tags/${encodeURIComponent(tag)}`, tag, false)
        },
        PUT: readOnly,
        PATCH: readOnly,
        DELETE: readOnly,
      },
    },
  ]
}

/** Tags belong to rows and are written with them. */
function readOnly(): never {
  throw schemaViolation({ tags: 'does not support insert/upsert/update/delete operations' })
}
