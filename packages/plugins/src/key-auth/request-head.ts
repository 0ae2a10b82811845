import type { ClientRequest, UpstreamRequest } from '@holdfast/plugin-kit'
import { parseForm } from '../parts/form.ts'
import { headerFinder } from '../parts/header-reader.ts'
import { fromWire } from '../parts/wire-text.ts'
import { ABSENT, foundAmong, SEVERAL, type Found } from './found.ts'

/** The search for a key under one name in a request's headers and query. */
export interface HeadSearch {
  readonly name: string
  find(request: ClientRequest): Found
  /** Takes the key out of what goes to the service. The query is then written anew, as Kong writes it. */
  hide(upstream: UpstreamRequest): void
}

export function headSearch(
  name: string,
  places: { readonly key_in_header: boolean; readonly key_in_query: boolean },
): HeadSearch {
  const findHeader = headerFinder(name)
  return {
    name,
    find(request) {
      const header = places.key_in_header ? findHeader(request) : undefined
      if (header !== undefined)
        return request.headerValues(header).length > 1 ? SEVERAL : { kind: 'key', key: request.header(header)! }
      if (!places.key_in_query || request.query === '') return ABSENT
      return foundAmong(parseForm(request.query).get(name))
    },
    hide(upstream) {
      upstream.removeHeader(name)
      upstream.removeHeader(name.replaceAll('_', '-'))
      if (upstream.query === '') return
      const query = new URLSearchParams(fromWire(upstream.query))
      query.delete(name)
      upstream.query = query.toString()
    },
  }
}
