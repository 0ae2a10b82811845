/** One part of a `multipart/form-data` body. */
export interface Part {
  readonly name: string
  /** Bytes as latin1 characters. */
  readonly value: string
  /** Where the part lies in the body, from its boundary line up to the next one. */
  readonly start: number
  readonly end: number
}

/** As much of a part's own header as is looked at. */
const LONGEST_HEAD = 4_096

/** The parts of a multipart form; undefined if the content type has no boundary or the body is not one. */
export function parseMultipart(body: string, contentType: string): Part[] | undefined {
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType)
  if (!boundary) return undefined
  const delimiter = `--${boundary[1] ?? boundary[2]}`
  const parts: Part[] = []
  let start = 0
  if (!body.startsWith(delimiter)) {
    const first = body.indexOf(`\r\n${delimiter}`)
    if (first < 0) return undefined
    start = first + 2
  }
  for (;;) {
    const head = start + delimiter.length
    if (body.startsWith('--', head)) return parts
    const next = body.indexOf(`\r\n${delimiter}`, head)
    if (next < 0) return undefined
    // Looked for in this part alone: a search to the end of the body for every part would take its length squared.
    const part = body.slice(head, next)
    const blank = part.indexOf('\r\n\r\n')
    const name = blank < 0 ? undefined : nameIn(part.slice(0, Math.min(blank, LONGEST_HEAD)))
    if (name !== undefined) parts.push({ name, value: part.slice(blank + 4), start, end: next + 2 })
    start = next + 2
  }
}

function nameIn(head: string): string | undefined {
  const name = /^content-disposition:.*?[;\s]name=(?:"([^"]*)"|([^\s;]+))/im.exec(head)
  return name ? (name[1] ?? name[2]) : undefined
}
