/**
 * A value in the text form of a Lua table, which Kong puts into messages: `{name="x"}` on one line, or indented over several
 * lines. Keys are sorted, a list comes first and without keys, null stands for a hole.
 */
export function luaTable(value: unknown, layout: 'line' | 'indented' = 'line'): string {
  const indented = layout === 'indented'
  return write(value, indented ? ' = ' : '=', indented ? '\n' : '', indented ? '  ' : '', '')
}

function write(value: unknown, assign: string, newline: string, step: string, indent: string): string {
  if (typeof value === 'string') return quoted(value)
  if (value === null || value === undefined) return 'null'
  if (typeof value !== 'object') return String(value)
  const inner = indent + step
  const entries: string[] = []
  const add = (prefix: string, item: unknown) =>
    entries.push(inner + prefix + write(item, assign, newline, step, inner))
  if (Array.isArray(value)) {
    const hole = value.findIndex((item) => item === null || item === undefined)
    value.forEach((item, index) => {
      if (item !== null && item !== undefined) add(hole < 0 || index < hole ? '' : `[${index + 1}]${assign}`, item)
    })
  } else {
    const items = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    for (const [key, item] of items) add(`${luaKey(key)}${assign}`, item)
  }
  if (entries.length === 0) return `{${newline}${indent}}`
  return `{${newline}${entries.join(`,${newline}`)}${newline}${indent}}`
}

const keywords = new Set(
  'and break do else elseif end false for function goto if in local nil not or repeat return then true until while'.split(
    ' ',
  ),
)

function luaKey(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) && !keywords.has(key) ? key : `[${quoted(key)}]`
}

/** Texts with a newline or with double brackets are written between long brackets that they do not contain. */
function quoted(text: string): string {
  const levels = [...`${text}]`.matchAll(/([[\]])(=*)(?=\1)/g)].map((found) => found[2]!.length)
  if ((text.includes('\n') || levels.length > 0) && !text.includes('\r')) {
    const equals = '='.repeat(Math.max(-1, ...levels) + 1)
    return `[${equals}[${text.startsWith('\n') ? '\n' : ''}${text}]${equals}]`
  }
  const escaped = text
    .replace(/["\\\n]/g, '\\$&')
    .replaceAll('\r', '\\r')
    .replaceAll('\0', '\\0')
  return `"${escaped}"`
}
