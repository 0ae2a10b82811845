/** The literal text that a regex anchored at its start begins with; empty when in doubt. */
export function literalPrefix(source: string): string {
  if (hasTopLevelAlternative(source)) return ''
  let prefix = ''
  let at = 0
  while (at < source.length) {
    const [character, length] = literalAt(source, at)
    if (character === undefined) break
    // A literal that may be absent is none.
    if ('*?{'.includes(source.charAt(at + length)) && at + length < source.length) break
    prefix += character
    at += length
  }
  return prefix
}

/** The character that stands for itself at this place, and how much source it takes. */
export function literalAt(source: string, at: number): readonly [character: string | undefined, length: number] {
  const c = String.fromCodePoint(source.codePointAt(at)!)
  if (c === '\\') {
    const next = source.charAt(at + 1)
    return /^[!-/:-@[-`{-~]$/.test(next) ? [next, 2] : [undefined, 0]
  }
  return '.*+?()[]{}|^$'.includes(c) ? [undefined, 0] : [c, c.length]
}

function hasTopLevelAlternative(source: string): boolean {
  let depth = 0
  for (let at = 0; at < source.length; at++) {
    const c = source.charAt(at)
    if (c === '\\') {
      // A quoted run may hide anything; no prefix then.
      if (source.charAt(at + 1) === 'Q') return true
      at++
    } else if (c === '[') at = endOfClass(source, at)
    else if (c === '(') depth++
    else if (c === ')') depth--
    else if (c === '|' && depth === 0) return true
  }
  return false
}

/** Index of the `]` that closes the class opened at `at`; the end of the source if there is none. */
export function endOfClass(source: string, at: number): number {
  let i = at + 1
  if (source.charAt(i) === '^') i++
  if (source.charAt(i) === ']') i++
  for (; i < source.length && source.charAt(i) !== ']'; i++) {
    if (source.charAt(i) === '\\') i++
    else if (source.startsWith('[:', i) && source.includes(':]', i)) i = source.indexOf(':]', i) + 1
  }
  return i
}
