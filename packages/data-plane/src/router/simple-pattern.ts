import { anyButLineFeed, characterSet, complement, escapedClasses, range, single, union } from './character-set.ts'
import type { CharacterSet } from './character-set.ts'
import { endOfClass, literalAt } from './literal-prefix.ts'

/** A part of a pattern: a character with how often it repeats, or a group. */
export type Item =
  | { readonly kind: 'character'; readonly set: CharacterSet; readonly min: number; readonly max: number }
  | { readonly kind: 'group'; readonly branches: readonly (readonly Item[])[]; readonly optional: boolean }

/** A pattern of the plain kind that most routes use, with its source in JavaScript's syntax (flag `u`). */
export interface SimplePattern {
  readonly items: readonly Item[]
  readonly source: string
}

/** The longest counted repetition that is not left to RE2, which refuses longer ones. */
const longestCount = 1000

/**
 * Understands literals, `.`, classes, `\d \w \s`, repetition of single characters, groups (named or not, capturing or not, optional or not)
 * with alternatives, and a `$` at the end. `undefined` for anything else.
 */
export function parseSimplePattern(source: string): SimplePattern | undefined {
  const anchored = source.endsWith('$') && !/\\(?:\\\\)*\$$/.test(source)
  const parser = new Parser(anchored ? source.slice(0, -1) : source)
  const items = parser.sequence()
  if (!items || !parser.atEnd()) return undefined
  return { items, source: parser.output + (anchored ? '$' : '') }
}

class Parser {
  readonly #source: string
  #at = 0
  output = ''

  constructor(source: string) {
    this.#source = source
  }

  atEnd(): boolean {
    return this.#at >= this.#source.length
  }

  /** Reads up to `|`, `)` or the end. */
  sequence(): Item[] | undefined {
    const items: Item[] = []
    while (!this.atEnd() && !this.#looksAt('|') && !this.#looksAt(')')) {
      const item = this.#looksAt('(') ? this.#group() : this.#repetition()
      if (!item) return undefined
      items.push(item)
    }
    return items
  }

  #group(): Item | undefined {
    const opening = /\((?:\?:|\?P?<([A-Za-z_]\w*)>|(?!\?))/y
    opening.lastIndex = this.#at
    const found = opening.exec(this.#source)
    if (!found) return undefined
    this.#at = opening.lastIndex
    this.output += found[0].replace('?P<', '?<')
    const branches: Item[][] = []
    do {
      if (branches.length > 0) this.output += '|'
      const branch = this.sequence()
      if (!branch) return undefined
      branches.push(branch)
    } while (this.#accept('|'))
    if (!this.#accept(')')) return undefined
    this.output += ')'
    const times = this.#times()
    if (!times || times.max > 1) return undefined
    return { kind: 'group', branches, optional: times.min === 0 }
  }

  #repetition(): Item | undefined {
    const set = this.#character()
    if (!set) return undefined
    const times = this.#times()
    return times && { kind: 'character', set, ...times }
  }

  /** One character or class; writes it in JavaScript's syntax. */
  #character(): CharacterSet | undefined {
    const c = this.#source.charAt(this.#at)
    if (c === '.') {
      this.#at++
      this.output += '[^\\n]'
      return anyButLineFeed
    }
    if (c === '[') return this.#class()
    const escaped = c === '\\' ? this.#source.charAt(this.#at + 1) : ''
    if (/^[dwsDWS]$/.test(escaped)) {
      this.#at += 2
      this.output += `\\${escaped}`
      return escapedClasses[escaped]
    }
    const [character, length] = literalAt(this.#source, this.#at)
    if (character === undefined) return undefined
    this.#at += length
    this.output += /^[\\^$.*+?()[\]{}|/]$/.test(character) ? `\\${character}` : character
    return single(character)
  }

  #class(): CharacterSet | undefined {
    const end = endOfClass(this.#source, this.#at)
    const text = this.#source.slice(this.#at, end + 1)
    const inner = /^\[(\^?)((?:[^\\[\]&~-]|[\w]-[\w]|\\[dws]|\\[!-/:-@[-`{-~]|-(?=\])|~(?!~)|&(?!&))+)\]$/su.exec(text)
    if (!inner) return undefined
    this.#at = end + 1
    this.output += `[${inner[1]}`
    let set = characterSet(() => false)
    for (const [piece] of inner[2]!.matchAll(/\\.|.-.|./gsu)) {
      set = union(set, this.#classPiece(piece))
    }
    this.output += ']'
    return inner[1] ? complement(set) : set
  }

  #classPiece(piece: string): CharacterSet {
    if (piece.length === 3 && piece.charAt(1) === '-') {
      this.output += piece
      return range(piece.charCodeAt(0), piece.charCodeAt(2))
    }
    if (/^\\[dws]$/.test(piece)) {
      this.output += piece
      return escapedClasses[piece.charAt(1)]!
    }
    const character = piece.startsWith('\\') ? piece.slice(1) : piece
    this.output += /^[\\\]^[-]$/.test(character) ? `\\${character}` : character
    return single(character)
  }

  /** How often what was just read repeats; once if nothing is said. `undefined` for a count that is left to RE2. */
  #times(): { readonly min: number; readonly max: number } | undefined {
    const quantifier = /(?:[*+?]|\{(\d{1,4})(?:(,)(\d{0,4}))?\})\??/y
    quantifier.lastIndex = this.#at
    const found = quantifier.exec(this.#source)
    if (!found) return { min: 1, max: 1 }
    this.#at = quantifier.lastIndex
    this.output += found[0]
    // A second one in a row means something else in every dialect.
    if (/^[*+?{]/.test(this.#source.slice(this.#at))) return undefined
    switch (found[0].charAt(0)) {
      case '*':
        return { min: 0, max: Infinity }
      case '+':
        return { min: 1, max: Infinity }
      case '?':
        return { min: 0, max: 1 }
    }
    const min = Number(found[1])
    const max = found[2] === undefined ? min : found[3] === '' ? Infinity : Number(found[3])
    return min <= longestCount && (max <= longestCount || max === Infinity) && min <= max ? { min, max } : undefined
  }

  #looksAt(character: string): boolean {
    return this.#source.charAt(this.#at) === character
  }

  #accept(character: string): boolean {
    if (!this.#looksAt(character)) return false
    this.#at++
    return true
  }
}
