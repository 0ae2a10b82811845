/** A request's body as the record that it describes, whatever form it came in. */
import { boundaryOf, parseMultipart } from './multipart.ts'
import { nest } from './nested-name.ts'
import { parseForm } from './url-encoded.ts'

export type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'json' | 'form'; readonly record: Record<string, unknown> }
  | { readonly kind: 'unsupported' | 'malformed' | 'too_many' }

/** What is nested deeper is refused; nothing that is configured comes near it. */
const MAX_DEPTH = 200

export function parseBody(contentType: string | undefined, bytes: Buffer | undefined): Body {
  if (contentType === undefined)
    return bytes === undefined || bytes.length === 0 ? { kind: 'none' } : { kind: 'unsupported' }
  const type = contentType.toLowerCase()
  if (type.startsWith('application/json')) return parseJson(bytes)
  if (type.startsWith('application/x-www-form-urlencoded')) {
    const record = parseForm((bytes ?? Buffer.alloc(0)).toString('utf8'))
    return record ? { kind: 'form', record } : { kind: 'too_many' }
  }
  if (type.startsWith('multipart/form-data')) {
    const boundary = boundaryOf(contentType)
    const pairs = boundary === undefined ? undefined : parseMultipart(bytes ?? Buffer.alloc(0), boundary)
    return pairs ? { kind: 'form', record: nest(pairs) } : { kind: 'malformed' }
  }
  return { kind: 'unsupported' }
}

function parseJson(bytes: Buffer | undefined): Body {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes ?? Buffer.alloc(0)))
  } catch {
    return { kind: 'malformed' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depthOf(value) > MAX_DEPTH) {
    return { kind: 'malformed' }
  }
  return { kind: 'json', record: value as Record<string, unknown> }
}

/** How deep containers are nested. Not recursive: the client decides how deep. */
function depthOf(value: object): number {
  let level: object[] = [value]
  let depth = 0
  while (level.length > 0 && depth <= MAX_DEPTH) {
    depth++
    level = level.flatMap((container) =>
      Object.values(container).filter((member): member is object => typeof member === 'object' && member !== null),
    )
  }
  return depth
}
