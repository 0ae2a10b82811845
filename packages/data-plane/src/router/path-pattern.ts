import { RE2JS } from 're2js'
import { asWireText, fromWireText, isAscii } from './route-conditions.ts'
import { directRegExp } from './direct-regexp.ts'
import { literalPrefix } from './literal-prefix.ts'

/** A regex path, ready to match. Never takes more than time linear in the path. */
export interface PathPattern {
  /** Text that every matching path starts with, so that the pattern need not be tried on other paths. */
  readonly prefix: string
  /** The groups of the match at the start of a normalised path, or `undefined`. */
  exec(path: string): PatternMatch | undefined
}

export interface PatternMatch {
  readonly matched: string
  /** What the groups of the pattern took; `undefined` if it has none. */
  readonly groups: PatternGroups | undefined
}

export interface PatternGroups {
  /** By number; 0 is the whole match. */
  readonly numbered: readonly (string | null | undefined)[]
  readonly named: Readonly<Record<string, string | null | undefined>> | undefined
  /** Whether the texts still have to be written as on the wire. */
  readonly decoded: boolean
}

/** Groups as one record by number and by name; groups that took no part are left out. */
export function captures({ numbered, named, decoded }: PatternGroups): Readonly<Record<string, string>> {
  const record: Record<string, string> = Object.create(null)
  const add = (name: string | number, value: string | null | undefined) => {
    if (value !== null && value !== undefined) record[name] = decoded ? asWireText(value) : value
  }
  numbered.forEach((value, index) => add(index, value))
  for (const name in named) add(name, named[name])
  return record
}

/** A regex that cannot be compiled; the message says why. */
export class PatternError extends Error {}

/**
 * Compiles the regex of a path, given without its `~`. JavaScript's own engine runs the patterns that it provably cannot
 * backtrack on, RE2 all others. What RE2 has not (look-around, back references) is refused, as by Kong's router.
 */
export function compilePathPattern(source: string): PathPattern {
  const search = searcher(source)
  return {
    prefix: asWireText(literalPrefix(source)),
    exec(path) {
      if (isAscii(path)) return search(path)
      const text = fromWireText(path)
      const match = text === undefined ? undefined : search(text)
      return match && { matched: asWireText(match.matched), groups: match.groups && { ...match.groups, decoded: true } }
    },
  }
}

/** Kong puts `^` in front of the source as it is, so only the first of several alternatives is anchored. */
function searcher(source: string): (text: string) => PatternMatch | undefined {
  const direct = directRegExp(source)
  if (direct) {
    return (text) => {
      const found = direct.exec(text)
      return found ? patternMatch(found, found.groups) : undefined
    }
  }
  const linear = compileLinear(`^${source}`)
  return (text) => {
    const matcher = linear.matcher(text)
    if (!matcher.find()) return undefined
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index))
    return patternMatch(groups, matcher.getNamedGroups())
  }
}

/** An RE2 pattern, for what is not a path too. Throws a `PatternError`. */
export function compileLinear(source: string): RE2JS {
  try {
    return RE2JS.compile(source)
  } catch (error) {
    throw new PatternError(error instanceof Error ? error.message : String(error))
  }
}

function patternMatch(numbered: PatternGroups['numbered'], named: PatternGroups['named']): PatternMatch {
  return { matched: numbered[0] ?? '', groups: numbered.length > 1 ? { numbered, named, decoded: false } : undefined }
}
