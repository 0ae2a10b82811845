/** Names of form fields that lead into records, lists and maps: `config.redis.port`, `tags[]`, `paths[2]`, `headers[x-a]`. */

/** A place inside the value so far: a member by name, an element by position from 1, or a new element at the end. */
export type Step = string | number | typeof APPEND
export const APPEND = Symbol('append')

/** Deeper names are taken as plain ones. */
const MAX_STEPS = 32

/** The steps of a name. A name that starts or ends with a dot, or makes no sense as a path, is one step. */
export function parseNestedName(name: string): Step[] {
  if (name.startsWith('.') || name.endsWith('.') || name === '') return [name]
  const steps: Step[] = []
  const pattern = /([^.[\]]+)|\[([^\]]*)\]|\./gy
  for (;;) {
    const from = pattern.lastIndex
    const found = pattern.exec(name)
    if (!found) return from === name.length && steps.length <= MAX_STEPS ? steps : [name]
    const [, word, bracketed] = found
    if (word !== undefined) steps.push(word)
    else if (bracketed !== undefined) {
      // The name of the whole comes first.
      if (steps.length === 0) return [name]
      steps.push(bracketed === '' ? APPEND : /^\d+$/.test(bracketed) ? Number(bracketed) : bracketed)
    }
  }
}

/** What names and values of a form add up to. No prototype: clients choose the names. */
export type Nested = { [name: string]: NestedValue }
export type NestedValue = unknown

interface List {
  /** By position; positions may have gaps until the end. */
  readonly items: Map<number, NestedValue>
}

/** Builds the record that pairs of names and values describe. A name that comes again makes a list. */
export function nest(pairs: Iterable<readonly [name: string, value: unknown]>): Record<string, unknown> {
  const root: Nested = Object.create(null) as Nested
  for (const [name, value] of pairs) place(root, parseNestedName(name), value)
  return finish(root) as Record<string, unknown>
}

function place(root: Nested, steps: readonly Step[], value: unknown): void {
  let at: Nested | List = root
  steps.forEach((step, index) => {
    if (index === steps.length - 1) return put(at, step, value)
    const wanted = typeof steps[index + 1] === 'string' ? newRecord : newList
    at = descend(at, step, wanted)
  })
}

function descend(at: Nested | List, step: Step, make: () => Nested | List): Nested | List {
  // `a[].x=1&a[].y=2` speaks of one element, as it does in Kong.
  const index = isList(at) ? (step === APPEND ? 1 : position(at, step)) : 0
  const existing = isList(at) ? at.items.get(index) : at[String(step)]
  if (typeof existing === 'object' && existing !== null) return existing as Nested | List
  const made = make()
  if (isList(at)) at.items.set(index, made)
  else at[String(step)] = made
  return made
}

function put(at: Nested | List, step: Step, value: unknown): void {
  if (isList(at)) {
    at.items.set(position(at, step), value)
    return
  }
  const name = String(step)
  const existing = at[name]
  if (existing === undefined) at[name] = value
  else if (isList(existing)) existing.items.set(position(existing, APPEND), value)
  else at[name] = { items: new Map([existing, value].map((item, index) => [index + 1, item])) } satisfies List
}

function position(list: List, step: Step): number {
  return typeof step === 'number' ? step : list.items.size + 1
}

const newRecord = (): Nested => Object.create(null) as Nested
const newList = (): List => ({ items: new Map() })

function isList(value: unknown): value is List {
  return typeof value === 'object' && value !== null && (value as Partial<List>).items instanceof Map
}

/** Lists become arrays in the order of their positions. */
function finish(value: unknown): unknown {
  if (isList(value)) {
    const ordered = [...value.items].toSorted(([a], [b]) => a - b)
    return ordered.map(([, item]) => finish(item))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.assign(
    newRecord(),
    Object.fromEntries(Object.entries(value).map(([name, item]) => [name, finish(item)])),
  )
}
