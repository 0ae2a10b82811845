import { droppedLine } from './header-names.ts'
import { lineStride, scanned } from './header-scan.ts'

/**
 * The header lines of one message: its head as latin1 text and a table of offsets into it. Immutable, and owned by whoever holds
 * it: the table is a copy of the scanner's, so it outlives any suspension of the request.
 */
export class HeaderLines {
  /** The whole head, start line and empty line included. */
  readonly text: string
  readonly count: number
  readonly #table: readonly number[]
  readonly #present: number
  readonly #repeated: number

  constructor(text: string, count: number, table: readonly number[], present: number, repeated: number) {
    this.text = text
    this.count = count
    this.#table = table
    this.#present = present
    this.#repeated = repeated
  }

  /** Takes over what `scanHeaderLines` found last. */
  static fromScan(text: string): HeaderLines {
    const size = scanned.count * lineStride
    // The one form that V8 makes in a single allocation.
    // oxlint-disable-next-line unicorn/no-new-array
    const table = new Array<number>(size)
    const lines = scanned.lines
    for (let i = 0; i < size; i++) table[i] = lines[i]!
    return new HeaderLines(text, scanned.count, table, scanned.present, scanned.repeated)
  }

  id(line: number): number {
    return this.#table[line * lineStride + 4]!
  }

  name(line: number): string {
    const at = line * lineStride
    return this.text.slice(this.#table[at], this.#table[at + 1])
  }

  value(line: number): string {
    const at = line * lineStride
    return this.text.slice(this.#table[at + 2], this.#table[at + 3])
  }

  /** Where the line begins in `text`. */
  start(line: number): number {
    return this.#table[line * lineStride]!
  }

  /** Where the line after this one, or the empty line, begins. */
  end(line: number): number {
    return line + 1 === this.count ? this.text.length - 2 : this.#table[(line + 1) * lineStride]!
  }

  /** First line with this name from line `from` on, or -1. */
  find(lowerCaseName: string, from = 0): number {
    const length = lowerCaseName.length
    const table = this.#table
    for (let line = from, at = from * lineStride; line < this.count; line++, at += lineStride) {
      if (table[at + 1]! - table[at]! !== length || table[at + 4] === droppedLine) continue
      if (this.name(line).toLowerCase() === lowerCaseName) return line
    }
    return -1
  }

  /** First line with this engine header's id, or -1. */
  findId(id: number): number {
    if (((this.#present >>> id) & 1) === 0) return -1
    for (let line = 0; line < this.count; line++) if (this.#table[line * lineStride + 4] === id) return line
    return -1
  }

  /** Whether several lines have this engine header's id. */
  repeats(id: number): boolean {
    return ((this.#repeated >>> id) & 1) === 1
  }

  get(lowerCaseName: string): string | undefined {
    const line = this.find(lowerCaseName)
    return line < 0 ? undefined : this.value(line)
  }

  values(lowerCaseName: string): readonly string[] {
    let line = this.find(lowerCaseName)
    if (line < 0) return noValues
    const found: string[] = []
    for (; line >= 0; line = this.find(lowerCaseName, line + 1)) found.push(this.value(line))
    return found
  }

  *entries(): Generator<readonly [name: string, value: string]> {
    for (let line = 0; line < this.count; line++) {
      if (this.id(line) !== droppedLine) yield [this.name(line), this.value(line)]
    }
  }
}

const noValues: readonly string[] = []

/** For answers that are not read from a peer. */
export const noHeaderLines: HeaderLines = new HeaderLines('\r\n', 0, [], 0, 0)
