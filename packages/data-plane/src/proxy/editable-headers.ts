import type { HeaderLines } from '../http1/header-lines.ts'
import { lowerCaseName, wireValue } from './header-text.ts'

/** Names whose meaning is the engine's: the framing of a message follows from its body alone. */
const isFraming = (lowerCase: string): boolean => lowerCase === 'content-length' || lowerCase === 'transfer-encoding'

/** Parts kept of an added line: its name as written, in lower case, and its value. */
const stride = 3

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

  header(name: string): string | undefined {
    const lines = this.#lines
    for (let line = lines.find(name); line >= 0; line = lines.find(name, line + 1)) {
      if (this.#visible(line)) return lines.value(line)
    }
    const added = this.#takeOwnApart()
    if (added) for (let i = 0; i < added.length; i += stride) if (added[i + 1] === name) return added[i + 2]
    return undefined
  }

  headerValues(name: string): readonly string[] {
    const found: string[] = []
    const lines = this.#lines
    for (let line = lines.find(name); line >= 0; line = lines.find(name, line + 1)) {
      if (this.#visible(line)) found.push(lines.value(line))
    }
    const added = this.#takeOwnApart()
    if (added) for (let i = 0; i < added.length; i += stride) if (added[i + 1] === name) found.push(added[i + 2]!)
    return found
  }

  *headers(): Generator<readonly [name: string, value: string]> {
    const lines = this.#lines
    for (let line = 0; line < lines.count; line++) if (this.#visible(line)) yield [lines.name(line), lines.value(line)]
    const added = this.#takeOwnApart()
    if (added) for (let i = 0; i < added.length; i += stride) yield [added[i]!, added[i + 2]!]
  }

  setHeader(name: string, value: string): void {
    const lower = lowerCaseName(name)
    if (isFraming(lower)) return
    this.#remove(lower)
    this.#add(name, lower, value)
  }

  addHeader(name: string, value: string): void {
    const lower = lowerCaseName(name)
    if (!isFraming(lower)) this.#add(name, lower, value)
  }

  removeHeader(name: string): void {
    const lower = name.toLowerCase()
    if (!isFraming(lower)) this.#remove(lower)
  }

  #add(name: string, lower: string, value: string): void {
    const text = wireValue(value)
    if (this.#added) this.#added.push(name, lower, text)
    else this.#added = [name, lower, text]
  }

  #remove(lower: string): void {
    const lines = this.#lines
    for (let line = lines.find(lower); line >= 0; line = lines.find(lower, line + 1)) {
      ;(this.#removed ??= [])[line] = true
    }
    const added = this.#takeOwnApart()
    if (!added) return
    for (let i = added.length - stride; i >= 0; i -= stride) if (added[i + 1] === lower) added.splice(i, stride)
  }

  /**
   * Adds the gateway's own lines, known to be well-formed, as they are sent. They are taken apart only if somebody looks: to the
   * request path they are one piece of text.
   */
  protected addOwn(lines: string): void {
    this.#own += lines
  }

  #takeOwnApart(): string[] | null {
    if (this.#own === '') return this.#added
    const added = (this.#added ??= [])
    for (const line of this.#own.split('\r\n')) {
      const colon = line.indexOf(':')
      if (colon > 0) added.push(line.slice(0, colon), line.slice(0, colon).toLowerCase(), line.slice(colon + 2))
    }
    this.#own = ''
    return added
  }

  /** Removes received lines by id. */
  protected removeIds(ids: Uint8Array): void {
    const lines = this.#lines
    for (let line = 0; line < lines.count; line++) if (ids[lines.id(line)] === 1) (this.#removed ??= [])[line] = true
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
    if (added) for (let i = 0; i < added.length; i += stride) text += `${added[i]}: ${added[i + 2]}\r\n`
    return text + this.#own
  }
}
