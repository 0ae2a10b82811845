/** `/consumers?custom_id=…`: the one search that Kong has. */
import { consumers } from '@holdfast/entities'
import { type Endpoint, type Handler, badRequest, ok } from './endpoint.ts'
import type { EntityApi } from './entity-endpoints.ts'

/** Puts the search before the list of this endpoint. */
export function withConsumerSearch(api: EntityApi, endpoint: Endpoint): Endpoint {
  const list = endpoint.methods.GET as Handler
  return {
    ...endpoint,
    methods: {
      ...endpoint.methods,
      GET: async (request) => {
        const customId = request.query['custom_id']
        if (customId === undefined) return list(request)
        if (typeof customId !== 'string' || customId === '') return badRequest('custom_id must be an unempty string')
        const row = await api.store.reader.find(consumers.name, { custom_id: customId })
        return ok({ data: row ? await api.rows.show(consumers, [row]) : [], next: null })
      },
    },
  }
}
