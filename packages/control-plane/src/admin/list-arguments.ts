/** The query arguments of lists: page size and tag filter. */
import type { TagFilter } from '../store/reader.ts'
import { type QueryArguments, firstArgument } from './endpoint.ts'
import { AdminRefusal } from './problem.ts'

const DEFAULT_SIZE = 100
const MAX_SIZE = 1000
const MAX_TAGS = 5

/** @throws {AdminRefusal} `invalid_size` */
export function pageSize(query: QueryArguments): number {
  const text = firstArgument(query, 'size')
  if (text === undefined) return DEFAULT_SIZE
  const size = Number(text)
  if (text.trim() === '' || Number.isNaN(size)) throw invalidSize('size must be a number')
  if (!Number.isInteger(size) || size < 1 || size > MAX_SIZE) {
    throw invalidSize(`size must be an integer between 1 and ${MAX_SIZE}`)
  }
  return size
}

function invalidSize(message: string): AdminRefusal {
  return new AdminRefusal({ kind: 'invalid_size', message })
}

/** Printable ASCII but for comma and slash, and anything beyond ASCII. */
const TAG = String.raw`[\x20-\x2b\x2d\x2e\x30-\x7e\x80-\u{10ffff}]+`
const ALL = new RegExp(`^(?:${TAG}(?:,|$))+$`, 'u')
const ANY = new RegExp(`^(?:${TAG}(?:/|$))+$`, 'u')

/**
 * `a,b` asks for rows with all of the tags, `a/b` for those with any.
 * @throws {AdminRefusal} `invalid_options`
 */
export function tagFilter(query: QueryArguments): TagFilter | undefined {
  const text = firstArgument(query, 'tags')
  if (text === undefined) return undefined
  if (text === '') throw invalidTags('cannot be null')
  const match = ALL.test(text) ? 'all' : ANY.test(text) ? 'any' : undefined
  if (match === undefined) throw invalidTags('invalid filter syntax')
  const tags = text.split(match === 'all' ? ',' : '/')
  if (tags.length > MAX_TAGS) throw invalidTags(`cannot query more than ${MAX_TAGS} tags`)
  return { match, tags }
}

function invalidTags(reason: string): AdminRefusal {
  return new AdminRefusal({ kind: 'invalid_options', options: { tags: reason } })
}
