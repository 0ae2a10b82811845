// What Lua's character classes mean in the C locale, as members of a RegExp set.
const classes: { readonly [letter: string]: string } = {
  a: 'A-Za-z',
  c: '\\x00-\\x1f\\x7f',
  d: '0-9',
  g: '\\x21-\\x7e',
  l: 'a-z',
  p: '\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e',
  s: '\\x09-\\x0d\\x20',
  u: 'A-Z',
  w: 'A-Za-z0-9',
  x: '0-9A-Fa-f',
  z: '\\x00',
}

const compiled = new Map<string, RegExp>()

/**
 * Whether a Lua pattern is found in a text. Lua counts in bytes, so a text with other characters than ASCII is seen as the bytes
 * of its UTF-8 form. Throws on a pattern that is not valid, or uses `%b`, which no regular expression can do.
 */
export function matchesLuaPattern(text: string, pattern: string): boolean {
  let regex = compiled.get(pattern)
  if (!regex) compiled.set(pattern, (regex = compileLuaPattern(pattern)))
  return regex.test(Buffer.byteLength(text) === text.length ? text : Buffer.from(text, 'utf8').toString('latin1'))
}

/** Translates a Lua pattern into the `RegExp` that finds the same texts. */
export function compileLuaPattern(pattern: string): RegExp {
  let source = ''
  let at = 0
  if (pattern.startsWith('^')) {
    source = '^'
    at = 1
  }
  while (at < pattern.length) {
    const char = pattern[at]!
    if (char === '(' || char === ')') {
      source += char
      at++
    } else if (char === '$' && at === pattern.length - 1) {
      source += '$'
      at++
    } else if (char === '%' && pattern[at + 1] === 'f') {
      const [set, next] = readSet(pattern, at + 2)
      // Beyond both ends of a text Lua sees a zero byte.
      const hasZero = new RegExp(set).test('\0')
      source += hasZero ? `(?<!${set}|^)(?=${set}|$)` : `(?<!${set})(?=${set})`
      at = next
    } else if (char === '%' && /[0-9]/.test(pattern[at + 1] ?? '')) {
      source += `\\${pattern[at + 1]!}`
      at += 2
    } else {
      const [single, next] = readSingle(pattern, at)
      const suffix = pattern[next] ?? ''
      const quantifier = suffix === '-' ? '*?' : /[*+?]/.test(suffix) ? suffix : ''
      source += single + quantifier
      at = quantifier ? next + 1 : next
    }
  }
  return new RegExp(source)
}

/** One character of the text: a literal, `.`, a class or a set. */
function readSingle(pattern: string, at: number): [source: string, next: number] {
  const char = pattern[at]!
  if (char === '[') return readSet(pattern, at)
  if (char === '.') return ['[^]', at + 1]
  if (char !== '%') return [literal(char), at + 1]
  const letter = pattern[at + 1]
  if (letter === undefined) throw new Error(`malformed pattern (ends with '%'): ${pattern}`)
  if (letter === 'b') throw new Error(`'%b' is not supported: ${pattern}`)
  const members = classes[letter.toLowerCase()]
  if (!members || !/[A-Za-z]/.test(letter)) return [literal(letter), at + 2]
  return [letter === letter.toLowerCase() ? `[${members}]` : `[^${members}]`, at + 2]
}

function readSet(pattern: string, start: number): [source: string, next: number] {
  let at = start + 1
  let members = ''
  const negated = pattern[at] === '^'
  if (negated) at++
  // A bracket right at the beginning is a member, not the end.
  for (let first = true; first || pattern[at] !== ']'; first = false) {
    const char = pattern[at]
    if (char === undefined) throw new Error(`malformed pattern (missing ']'): ${pattern}`)
    if (char === '%') {
      const letter = pattern[at + 1]
      if (letter === undefined) throw new Error(`malformed pattern (ends with '%'): ${pattern}`)
      const inner = /[A-Za-z]/.test(letter) ? classes[letter.toLowerCase()] : undefined
      if (!inner) members += literal(letter)
      else members += letter === letter.toLowerCase() ? inner : complement(inner)
      at += 2
    } else if (pattern[at + 1] === '-' && pattern[at + 2] !== undefined && pattern[at + 2] !== ']') {
      members += `${literal(char)}-${literal(pattern[at + 2]!)}`
      at += 3
    } else {
      members += literal(char)
      at++
    }
  }
  return [`[${negated ? '^' : ''}${members}]`, at + 1]
}

/** Members of the set of all bytes that are not in `members`. */
function complement(members: string): string {
  const inside = new RegExp(`[${members}]`)
  let outside = ''
  for (let code = 0; code < 256; code++)
    if (!inside.test(String.fromCharCode(code))) outside += `\\x${code.toString(16).padStart(2, '0')}`
  return outside
}

function literal(char: string): string {
  return /[A-Za-z0-9_]/.test(char) || char > '\x7f' ? char : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
}
