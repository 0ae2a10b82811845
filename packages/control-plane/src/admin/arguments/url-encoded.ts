/** Query strings and URL-encoded forms. */
import { nest } from './nested-name.ts'

/** More names than this are refused. */
export const MAX_ARGUMENTS = 1000

/** Names and values in order; `true` stands for a name without `=`. Answers undefined when there are too many. */
export function parsePairs(text: string): [name: string, value: string | true][] | undefined {
  const parts = text.split('&', MAX_ARGUMENTS + 1).filter((part) => part !== '')
  if (parts.length > MAX_ARGUMENTS) return undefined
  return parts.map((part) => {
    const equals = part.indexOf('=')
    return equals < 0 ? [unescape(part), true] : [unescape(part.slice(0, equals)), unescape(part.slice(equals + 1))]
  })
}

/** A form as a record, nested as its names say. Answers undefined when it has too many names. */
export function parseForm(text: string): Record<string, unknown> | undefined {
  const pairs = parsePairs(text)
  return pairs && nest(pairs)
}

/** Escapes that are broken stay as they are; bytes that are no UTF-8 become replacement characters. */
function unescape(text: string): string {
  const plain = text.replaceAll('+', ' ')
  if (!plain.includes('%')) return plain
  const bytes = plain.replace(/%([0-9a-f]{2})|[^\0-\x7f]+/gi, (whole, hex: string | undefined) =>
    hex === undefined ? Buffer.from(whole).toString('latin1') : String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
