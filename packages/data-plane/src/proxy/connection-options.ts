import { headerId } from '../http1/header-names.ts'
import type { HeaderLines } from '../http1/header-lines.ts'
import type { EditableHeaders } from './editable-headers.ts'

const connection = headerId('connection')

/** Removes the headers that the first `Connection` header of a message names: they were meant for the next hop only. */
export function dropConnectionListed(lines: HeaderLines, headers: EditableHeaders): void {
  const line = lines.findId(connection)
  if (line < 0) return
  const value = lines.value(line)
  if (value === 'keep-alive' || value === 'close') return
  for (const option of value.split(',')) {
    const name = option.trim().toLowerCase()
    if (name !== '' && !kept.has(name)) headers.removeHeader(name)
  }
}

/** Options that are no header names; and what a client may not make the gateway forget: who it is for, and its framing. */
const kept = new Set(['close', 'keep-alive', 'upgrade', 'host', 'content-length', 'transfer-encoding'])

/** Whether a `Connection` header holds this option. */
export function hasConnectionOption(lines: HeaderLines, option: string): boolean {
  let line = lines.findId(connection)
  if (line < 0) return false
  if (!lines.repeats(connection)) return holdsOption(lines.value(line), option)
  for (; line < lines.count; line++) {
    if (lines.id(line) === connection && holdsOption(lines.value(line), option)) return true
  }
  return false
}

function holdsOption(value: string, option: string): boolean {
  if (value === option) return true
  if (value === 'keep-alive' || value === 'close' || value.length < option.length) return false
  return value
    .toLowerCase()
    .split(',')
    .some((part) => part.trim() === option)
}
