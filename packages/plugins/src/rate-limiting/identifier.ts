import type { Exchange } from '@holdfast/plugin-kit'
import { headerReader } from '../parts/header-reader.ts'

/** What a request is counted by; undefined if the request lacks it, and its address counts instead. */
export type Identifier = (exchange: Exchange) => string | undefined

export interface IdentifierSettings {
  readonly limit_by: 'consumer' | 'credential' | 'ip' | 'service' | 'header' | 'path'
  readonly header_name: string | null
  readonly path: string | null
}

export function identifierOf({ limit_by: by, header_name: header, path }: IdentifierSettings): Identifier {
  switch (by) {
    case 'consumer':
      return ({ consumer, credential }) => consumer?.id ?? credential?.id ?? undefined
    case 'credential':
      return ({ credential }) => credential?.id ?? undefined
    case 'ip':
      return () => undefined
    case 'service':
      return ({ service }) => service?.id
    case 'header': {
      const read = headerReader(header ?? '')
      return ({ request }) => read(request)
    }
    case 'path':
      return ({ request }) => (request.path === path ? request.path : undefined)
    default:
      return by satisfies never
  }
}
