/** One part of a `multipart/form-data` body. */
export interface Part {
  readonly name: string
  /** Bytes as latin1 characters. */
  readonly value: string
  /** Where the part lies in the body, from its boundary line up to the next one. */
  readonly start: number
  readonly end: number
}

/** The parts of a multipart form; undefined if the content type has no boundary or the body is not one. */
export function parseMultipart(body: string, contentType: string): Part[] | undefined {
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType)
  if (!boundary) return undefined
  const delimiter = `--${boundary[1] ?? boundary[2]}`
  const parts: Part[] = []
  let start = body.startsWith(delimiter) ? 0 : after(body, `\r\n${delimiter}`, 0) - delimiter.length
  while (start >= 0) {
    const head = start + delimiter.length
    if (body.startsWith('--', head)) return parts
    const next = body.indexOf(`\r\n${delimiter}`, head)
    if (next < 0) return undefined
    const valueAt = after(body, '\r\n\r\n', head)
    if (valueAt >= 0 && valueAt <= next) {
      const name = /^content-disposition:.*?[;\s]name=(?:"([^"]*)"|([^\s;]+))/im.exec(body.slice(head, valueAt))
      if (name) parts.push({ name: name[1] ?? name[2] ?? '', value: body.slice(valueAt, next), start, end: next + 2 })
    }
    start = next + 2
  }
  return undefined
}

function after(text: string, searched: string, from: number): number {
  const at = text.indexOf(searched, from)
  return at < 0 ? -1 : at + searched.length
}
