import type { Exchange } from '@holdfast/plugin-kit'
import { parseForm, writeForm } from '../parts/form.ts'
import { parseMultipart } from '../parts/multipart.ts'
import { foundAmong, type Found } from './found.ts'

/** Longest body that is searched for a key. One that is announced as longer is not read. */
export const LONGEST_BODY = 1_048_576

/** A body that may hold a key. */
export interface SearchableBody {
  find(name: string): Found
  /** The body without this member. */
  without(name: string): Uint8Array
}

/** Reads the body if it is of a kind that can be searched; undefined if not. */
export async function searchableBody({ request }: Exchange): Promise<SearchableBody | undefined> {
  const contentType = request.header('content-type')
  if (contentType === undefined || (request.bodyLength ?? 0) > LONGEST_BODY) return undefined
  const kind = contentType.toLowerCase()
  const read = kinds.find(([prefix]) => kind.startsWith(prefix))?.[1]
  if (!read) return undefined
  const bytes = await request.readBody(LONGEST_BODY)
  return read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), contentType)
}

const kinds: readonly [prefix: string, read: (body: Buffer, contentType: string) => SearchableBody | undefined][] = [
  ['application/x-www-form-urlencoded', formBody],
  ['application/json', jsonBody],
  ['multipart/form-data', multipartBody],
]

function formBody(body: Buffer): SearchableBody {
  const text = body.toString('latin1')
  return {
    find: (name) => foundAmong(parseForm(text).get(name)),
    without(name) {
      const values = parseForm(text)
      values.delete(name)
      return Buffer.from(writeForm(values), 'latin1')
    },
  }
}

function jsonBody(body: Buffer): SearchableBody | undefined {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  return {
    find(name) {
      const member = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
      if (typeof member === 'string') return { kind: 'key', key: Buffer.from(member, 'utf8').toString('latin1') }
      if (member === undefined || member === null) return { kind: 'absent' }
      return typeof member === 'object' ? { kind: 'several' } : { kind: 'no_key' }
    },
    without(name) {
      const rest = Array.isArray(value)
        ? value
        : Object.fromEntries(Object.entries(value).filter(([member]) => member !== name))
      return Buffer.from(JSON.stringify(rest))
    },
  }
}

function multipartBody(body: Buffer, contentType: string): SearchableBody | undefined {
  const text = body.toString('latin1')
  const parts = parseMultipart(text, contentType)
  return (
    parts && {
      find: (name) => foundAmong(parts.filter((part) => part.name === name).map(({ value }) => value)),
      without(name) {
        let rest = ''
        let at = 0
        for (const part of parts) {
          if (part.name !== name) continue
          rest += text.slice(at, part.start)
          at = part.end
        }
        return Buffer.from(rest + text.slice(at), 'latin1')
      },
    }
  )
}
