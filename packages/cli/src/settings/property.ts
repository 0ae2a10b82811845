// The language in which the properties of `kong.conf` are described.

export interface Property<Value = unknown> {
  readonly type: 'text' | 'path' | 'number' | 'integer' | 'boolean' | 'list' | 'choice'
  readonly default: Value
  readonly description: string
  /** For `choice`; for `list` the values that its items may have. */
  readonly allowed?: readonly string[]
  /** Smallest and largest number. */
  readonly between?: readonly [number, number]
  /** Never shown: not in the Admin API, not in a log, not in a message about a bad value. */
  readonly secret?: true
}

export type ValueOf<P> = P extends Property<infer Value> ? Value : never

type Extra = Pick<Property, 'secret'>

export function text(description: string, initial?: undefined, extra?: Extra): Property<string | undefined>
export function text(description: string, initial: string, extra?: Extra): Property<string>
export function text(description: string, initial?: string, extra: Extra = {}): Property<string | undefined> {
  return { type: 'text', default: initial, description, ...extra }
}

/** A file or folder; relative to the working folder, and absolute from then on. */
export function path(description: string, extra: Extra = {}): Property<string | undefined> {
  return { type: 'path', default: undefined, description, ...extra }
}

export function integer(
  description: string,
  initial: number,
  between: readonly [number, number] = [0, Number.MAX_SAFE_INTEGER],
): Property<number> {
  return { type: 'integer', default: initial, description, between }
}

export function optionalInteger(description: string, between: readonly [number, number]): Property<number | undefined> {
  return { type: 'integer', default: undefined, description, between }
}

export function seconds(
  description: string,
  initial: number,
  between: readonly [number, number] = [0, 1e9],
): Property<number> {
  return { type: 'number', default: initial, description, between }
}

export function toggle(description: string, initial: boolean): Property<boolean> {
  return { type: 'boolean', default: initial, description }
}

export function list(
  description: string,
  initial: readonly string[] = [],
  extra: Pick<Property, 'secret' | 'allowed'> = {},
): Property<readonly string[]> {
  return { type: 'list', default: initial, description, ...extra }
}

export function choice<const Choice extends string>(
  description: string,
  allowed: readonly Choice[],
  initial: NoInfer<Choice>,
): Property<Choice> {
  return { type: 'choice', default: initial, allowed, description }
}

export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly expected: string }

/** Reads what a file or the environment says. The empty string means "not set", as in Kong. */
export function parseValue(property: Property, raw: string): Parsed {
  const given = raw.trim()
  if (given === '') return { ok: true, value: property.type === 'list' ? [] : undefined }
  switch (property.type) {
    case 'text':
    case 'path':
      return { ok: true, value: given }
    case 'choice':
      return property.allowed!.includes(given)
        ? { ok: true, value: given }
        : { ok: false, expected: `one of ${property.allowed!.join(', ')}` }
    case 'boolean':
      if (['on', 'true'].includes(given)) return { ok: true, value: true }
      if (['off', 'false'].includes(given)) return { ok: true, value: false }
      return { ok: false, expected: 'on or off' }
    case 'integer':
    case 'number':
      return parseNumber(property, given)
    case 'list': {
      const items = given.split(',').map((item) => item.trim())
      const { allowed } = property
      if (allowed !== undefined && !items.every((item) => allowed.includes(item.toLowerCase()))) {
        return { ok: false, expected: `a comma-separated list of ${allowed.join(', ')}` }
      }
      return { ok: true, value: items }
    }
  }
}

function parseNumber({ type, between }: Property, given: string): Parsed {
  const [smallest, largest] = between!
  const value = /^-?\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN
  if (
    (type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
    value >= smallest &&
    value <= largest
  )
    return { ok: true, value }
  const kind = type === 'integer' ? 'a whole number' : 'a number'
  return {
    ok: false,
    expected: largest >= 1e9 ? `${kind} of ${smallest} or more` : `${kind} from ${smallest} to ${largest}`,
  }
}
