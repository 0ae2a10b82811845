// The syntax of `kong.conf`: `name = value` lines, `#` starts a comment unless escaped.

export interface ConfEntry {
  readonly name: string
  readonly value: string
  /** Counted from 1. */
  readonly line: number
}

export type ConfFile =
  | { readonly ok: true; readonly entries: readonly ConfEntry[] }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Later lines win over earlier ones with the same name. A `\\` at its end continues a line. Quotes are part of a value. All as in Kong. */
export function parseConfFile(content: string): ConfFile {
  const entries = new Map<string, ConfEntry>()
  const problems: string[] = []
  for (const { text, line } of logicalLines(content)) {
    if (text === '' || text.startsWith('#') || text.startsWith(';')) continue
    const found = /^([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$/.exec(text)
    if (found === null) problems.push(`line ${line}: expected <property> = <value>, found "${shorten(text)}"`)
    else entries.set(found[1]!, { name: found[1]!, value: withoutComment(found[2]!).trim(), line })
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, entries: [...entries.values()] }
}

function* logicalLines(content: string): Generator<{ readonly text: string; readonly line: number }> {
  let begun = ''
  let start = 0
  for (const [index, source] of content
    .replace(/^\u{FEFF}/u, '')
    .split(/\r?\n/)
    .entries()) {
    if (begun === '') start = index + 1
    if (source.endsWith('\\') && !source.trimStart().startsWith('#')) begun += source.slice(0, -1)
    else {
      yield { text: (begun + source).trim(), line: start }
      begun = ''
    }
  }
  if (begun !== '') yield { text: begun.trim(), line: start }
}

function withoutComment(value: string): string {
  return value.replace(/\s*(?<!\\)#.*$/, '').replaceAll('\\#', '#')
}

/** A line that is no assignment may still hold a password: show only where to look. */
function shorten(text: string): string {
  return text.length > 20 ? `${text.slice(0, 20)}…` : text
}
