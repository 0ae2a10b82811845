/** Forms as `multipart/form-data`. Files are taken as text: the Admin API has no other use for them. */
import { MAX_ARGUMENTS } from './url-encoded.ts'

/** The boundary that a content type names. */
export function boundaryOf(contentType: string): string | undefined {
  const found = /;\s*boundary=(?:"([^"]{1,70})"|([^;\s"]{1,70}))/i.exec(contentType)
  return found?.[1] ?? found?.[2]
}

/** Names and values of the parts in order. Answers undefined for what is no multipart body, or has too many parts. */
export function parseMultipart(body: Buffer, boundary: string): [name: string, value: string][] | undefined {
  const text = body.toString('latin1')
  const pieces = `\r\n${text}`.split(`\r\n--${boundary}`)
  const last = pieces.pop()
  if (pieces.length === 0 || last === undefined || !last.startsWith('--')) return undefined
  const parts = pieces.slice(1)
  if (parts.length > MAX_ARGUMENTS) return undefined
  const pairs: [string, string][] = []
  for (const part of parts) {
    const headEnd = part.indexOf('\r\n\r\n')
    if (headEnd < 0) return undefined
    const name = partName(part.slice(0, headEnd))
    if (name !== undefined) pairs.push([utf8(name), utf8(part.slice(headEnd + 4))])
  }
  return pairs
}

function partName(head: string): string | undefined {
  const disposition = head.split('\r\n').find((line) => /^content-disposition\s*:/i.test(line))
  const found = /;\s*name=(?:"([^"]*)"|([^;\s]+))/i.exec(disposition ?? '')
  return found?.[1] ?? found?.[2]
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
