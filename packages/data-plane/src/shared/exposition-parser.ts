/** A strict reader of Prometheus' text format, for tests: anything that is not exactly the format is an error. */
export interface ParsedFamily {
  readonly help: string
  readonly kind: string
  readonly samples: Map<string, number>
}

export function parseExposition(text: string): Map<string, ParsedFamily> {
  const families = new Map<string, ParsedFamily>()
  if (text === '') return families
  if (!text.endsWith('\n')) throw new Error('the last line is not ended')
  let current: { name: string; family: ParsedFamily } | undefined
  let help: { name: string; text: string } | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line)
    if (comment) {
      const [, word, name, rest] = comment as unknown as [string, string, string, string]
      if (word === 'HELP') {
        help = { name, text: unescape(rest, 'n\\') }
        continue
      }
      if (help?.name !== name) throw new Error(`TYPE without HELP: ${line}`)
      if (!['counter', 'gauge', 'histogram'].includes(rest)) throw new Error(`unknown type: ${line}`)
      if (families.has(name)) throw new Error(`told twice: ${name}`)
      current = { name, family: { help: help.text, kind: rest, samples: new Map() } }
      families.set(name, current.family)
      continue
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.+)\})? (-?[0-9.]+(?:e[+-][0-9]+)?|[+-]Inf|NaN)$/.exec(line)
    if (!sample || !current) throw new Error(`not a sample: ${line}`)
    const [, name, labels, value] = sample as unknown as [string, string, string | undefined, string]
    const suffix = name.slice(current.name.length)
    const suffixes = current.family.kind === 'histogram' ? ['_bucket', '_count', '_sum'] : ['']
    if (!name.startsWith(current.name) || !suffixes.includes(suffix))
      throw new Error(`a sample outside its family: ${line}`)
    const key = `${suffix}${JSON.stringify(labels === undefined ? {} : parseLabels(labels))}`
    if (current.family.samples.has(key)) throw new Error(`a series told twice: ${line}`)
    current.family.samples.set(key, value === '+Inf' ? Infinity : value === '-Inf' ? -Infinity : Number(value))
  }
  return families
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  const pair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(,|$)/y
  while (pair.lastIndex < text.length) {
    const found = pair.exec(text)
    if (!found) throw new Error(`bad labels: ${text}`)
    const [, name, value] = found as unknown as [string, string, string]
    if (Object.hasOwn(labels, name)) throw new Error(`a label twice: ${text}`)
    labels[name] = unescape(value, 'n\\"')
    if (found[3] === ',' && pair.lastIndex === text.length) throw new Error(`a comma at the end: ${text}`)
  }
  return labels
}

function unescape(text: string, allowed: string): string {
  return text.replace(/\\(.?)/g, (_, character: string) => {
    if (character === '' || !allowed.includes(character)) throw new Error(`bad escape: \\${character}`)
    return character === 'n' ? '\n' : character
  })
}
