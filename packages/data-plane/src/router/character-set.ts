/** Which ASCII characters are in a set, at their code; the last element stands for all other characters. */
export type CharacterSet = Readonly<Uint8Array>

const size = 129

export function characterSet(has: (code: number) => boolean, others = false): CharacterSet {
  const set = new Uint8Array(size)
  for (let code = 0; code < 128; code++) set[code] = has(code) ? 1 : 0
  set[128] = others ? 1 : 0
  return set
}

export function disjoint(a: CharacterSet, b: CharacterSet): boolean {
  for (let i = 0; i < size; i++) if (a[i] && b[i]) return false
  return true
}

export function union(a: CharacterSet, b: CharacterSet): CharacterSet {
  return a.map((has, i) => has | b[i]!)
}

export function complement(set: CharacterSet): CharacterSet {
  // Of the characters beyond ASCII some may be in the set and some not, so they always may be in its complement.
  return set.map((has, i) => (i === 128 ? 1 : has ^ 1))
}

const isDigit = (code: number) => code >= 0x30 && code <= 0x39
const isLetter = (code: number) => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a
const isSpace = (code: number) => code === 0x20 || (code >= 0x09 && code <= 0x0d)

/** The classes written `\d`, `\w`, `\s` and their opposites. */
export const escapedClasses: Readonly<Record<string, CharacterSet>> = (() => {
  const d = characterSet(isDigit)
  const w = characterSet((code) => isDigit(code) || isLetter(code) || code === 0x5f)
  const s = characterSet(isSpace, true)
  return { d, w, s, D: complement(d), W: complement(w), S: complement(s) }
})()

/** What `.` matches: all but a line feed. */
export const anyButLineFeed = characterSet((code) => code !== 0x0a, true)

const singles: CharacterSet[] = []

export function single(character: string): CharacterSet {
  const code = Math.min(character.codePointAt(0)!, 128)
  return (singles[code] ??= characterSet((other) => other === code, code === 128))
}

export function range(from: number, to: number): CharacterSet {
  return characterSet((code) => code >= from && code <= to, to > 127)
}
