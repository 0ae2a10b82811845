import type { HeaderLines } from '../http1/header-lines.ts'

/** Names whose meaning is the engine's: the framing of a message follows from its body alone. */
const framingNames = new Set(['content-length', 'transfer-encoding'])

/**
 * The headers of a received message with changes laid over them. As long as nothing is changed, sending them is cutting a few long
 * slices out of the received text.
 */
export class EditableHeaders {
  readonly #lines: HeaderLines
  /** By header id: lines that are neither seen here nor sent on. */
  readonly #hidden: Uint8Array
  #removed: boolean[] | null = null
  #added: string[] | null = null
  #own = ''

  constructor(lines: HeaderLines, hidden: Uint8Array) {
    this.#lines = lines
    this.#hidden = hidden
  }

  #visible(line: number): boolean {
    return this.#hidden[this.#lines.id(line)] !== 1 && this.#removed?.[line] !== true
  }

  header(lowerCaseName: string): string | undefined {
    const lines = this.#lines
    for (let line = lines.find(lowerCaseName); line >= 0; line = lines.find(lowerCaseName, line + 1)) {
      if (this.#visible(line)) return lines.value(line)
    }
    if (this.#own !== '') this.#takeOwnApart()
    const added = this.#added
    if (added)
      for (let i = 0; i < added.length; i += 2) if (added[i]!.toLowerCase() === lowerCaseName) return added[i + 1]
    return undefined
  }

  headerValues(lowerCaseName: string): readonly string[] {
    const found: string[] = []
    const lines = this.#lines
    for (let line = lines.find(lowerCaseName); line >= 0; line = lines.find(lowerCaseName, line + 1)) {
      if (this.#visible(line)) found.push(lines.value(line))
    }
    if (this.#own !== '') this.#takeOwnApart()
    const added = this.#added
    if (added)
      for (let i = 0; i < added.length; i += 2) if (added[i]!.toLowerCase() === lowerCaseName) found.push(added[i + 1]!)
    return found
  }

  *headers(): Generator<readonly [name: string, value: string]> {
    const lines = this.#lines
    for (let line = 0; line < lines.count; line++) if (this.#visible(line)) yield [lines.name(line), lines.value(line)]
    if (this.#own !== '') this.#takeOwnApart()
    const added = this.#added
    if (added) for (let i = 0; i < added.length; i += 2) yield [added[i]!, added[i + 1]!]
  }

  setHeader(name: string, value: string): void {
    this.removeHeader(name)
    this.addHeader(name, value)
  }

  addHeader(name: string, value: string): void {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw new TypeError(`not a header name: ${JSON.stringify(name)}`)
    if (framingNames.has(name.toLowerCase())) return
    ;(this.#added ??= []).push(name, wireText(value))
  }

  /**
   * Adds the gateway's own lines, known to be well-formed, as they are sent. They are taken apart only if somebody looks: to the
   * request path they are one piece of text.
   */
  protected addOwn(lines: string): void {
    this.#own += lines
  }

  #takeOwnApart(): void {
    const lines = this.#own.split('\r\n')
    this.#own = ''
    for (const line of lines) {
      const colon = line.indexOf(':')
      if (colon > 0) (this.#added ??= []).push(line.slice(0, colon), line.slice(colon + 2))
    }
  }

  /** Removes received lines by id. */
  protected removeIds(ids: Uint8Array): void {
    const lines = this.#lines
    for (let line = 0; line < lines.count; line++) if (ids[lines.id(line)] === 1) (this.#removed ??= [])[line] = true
  }

  removeHeader(name: string): void {
    const lower = name.toLowerCase()
    if (framingNames.has(lower)) return
    const lines = this.#lines
    for (let line = lines.find(lower); line >= 0; line = lines.find(lower, line + 1))
      (this.#removed ??= [])[line] = true
    if (this.#own !== '') this.#takeOwnApart()
    const added = this.#added
    if (!added) return
    for (let i = added.length - 2; i >= 0; i -= 2) if (added[i]!.toLowerCase() === lower) added.splice(i, 2)
  }

  /**
   * The header lines as sent, each with its line end, without the lines whose id is in `unsent`. `withStartLine`: the received start
   * line stands before them.
   */
  render(unsent: Uint8Array, withStartLine = false): string {
    const lines = this.#lines
    const removed = this.#removed
    let text = ''
    let from = withStartLine ? 0 : -1
    for (let line = 0; line < lines.count; line++) {
      const id = lines.id(line)
      if (unsent[id] === 1 || this.#hidden[id] === 1 || (removed !== null && removed[line] === true)) {
        if (from >= 0) text += lines.text.slice(from, lines.start(line))
        from = -1
      } else if (from < 0) from = lines.start(line)
    }
    if (from >= 0) text += lines.text.slice(from, lines.text.length - 2)
    const added = this.#added
    if (added) for (let i = 0; i < added.length; i += 2) text += `${added[i]}: ${added[i + 1]}\r\n`
    return text + this.#own
  }
}

/** Text that fits in latin1 goes out as it is, other text as UTF-8. */
function wireText(value: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) throw new TypeError('a header value may not hold control characters')
  // eslint-disable-next-line no-control-regex
  return /[^\0-\xff]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value
}
