/** The text that leads to the next page: where the last one ended, in a form that promises clients nothing. */
import { StoreRefusal } from './refusal.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export type Position = readonly (string | number)[]

export function encodeOffset(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64').replace(/=+$/, '')
}

/**
 * @param shape what the list is ordered by: one type per part of its position
 * @throws {StoreRefusal} `invalid_offset`
 */
export function decodeOffset(offset: string, shape: readonly ('id' | 'number')[]): Position {
  const refuse = (reason: string) => new StoreRefusal({ kind: 'invalid_offset', offset, reason })
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(offset))
    throw refuse('bad base64 encoding')
  let position: unknown
  try {
    position = JSON.parse(Buffer.from(offset, 'base64').toString('utf8'))
  } catch {
    throw refuse('bad json encoding')
  }
  if (!Array.isArray(position) || position.length !== shape.length) throw refuse('it belongs to another list')
  const fits = shape.every((kind, index) => {
    const part: unknown = position[index]
    return kind === 'id' ? typeof part === 'string' && UUID.test(part) : typeof part === 'number'
  })
  if (!fits) throw refuse('it belongs to another list')
  return position as Position
}
