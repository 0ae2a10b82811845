import { characterSet, disjoint, union } from './character-set.ts'
import type { CharacterSet } from './character-set.ts'
import { parseSimplePattern } from './simple-pattern.ts'
import type { Item } from './simple-pattern.ts'

/**
 * A JavaScript `RegExp` for a pattern on which backtracking provably stays linear, anchored at its start; `undefined` for all others.
 *
 * Linear, because at every choice (one more repetition or on, this alternative or that) the next character allows only one way: a
 * choice taken back fails at once. A single repetition may break this rule if what follows it is short, which costs at most the
 * length of the text times that shortness.
 */
export function directRegExp(source: string): RegExp | undefined {
  const pattern = parseSimplePattern(source)
  if (!pattern || !staysLinear(pattern.items)) return undefined
  try {
    return new RegExp(`^${pattern.source}`, 'u')
  } catch {
    return undefined // a class that JavaScript reads differently
  }
}

const nothing = characterSet(() => false)

function staysLinear(items: readonly Item[]): boolean {
  const seen = { length: 0, ambiguous: false }
  return firstOf(items, nothing, seen) !== undefined
}

/** The longest text after a choice that the next character does not decide. */
const mostAfterAmbiguity = 100

/** What was seen to the right of the present place. */
interface Seen {
  /** Longest text that it can match; infinite with a repetition without limit. */
  length: number
  /** Whether there is a choice that the next character does not decide. */
  ambiguous: boolean
}

/** Characters that a sequence may begin with when `next` may follow it, found from its end; `undefined` if it might backtrack for long. */
function firstOf(items: readonly Item[], next: CharacterSet, seen: Seen): CharacterSet | undefined {
  let first: CharacterSet | undefined = next
  for (let i = items.length - 1; i >= 0 && first; i--) {
    const item = items[i]!
    first = item.kind === 'character' ? firstOfRepetition(item, first, seen) : firstOfGroup(item, first, seen)
  }
  return first
}

function firstOfRepetition(
  { set, min, max }: Item & { readonly kind: 'character' },
  next: CharacterSet,
  seen: Seen,
): CharacterSet | undefined {
  if (min !== max && !disjoint(set, next)) {
    if (seen.ambiguous || seen.length > mostAfterAmbiguity) return undefined
    seen.ambiguous = true
  }
  seen.length += max
  return min > 0 ? set : union(set, next)
}

function firstOfGroup(
  { branches, optional }: Item & { readonly kind: 'group' },
  next: CharacterSet,
  seen: Seen,
): CharacterSet | undefined {
  let first = optional ? next : nothing
  for (const branch of branches) {
    const branchFirst = firstOf(branch, next, seen)
    if (!branchFirst || !disjoint(branchFirst, first)) return undefined
    first = union(first, branchFirst)
  }
  return first
}
