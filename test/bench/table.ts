/** A result as people read it: a title, a table, and remarks under it. */
export interface Table {
  readonly title: string
  /** The first is aligned to the left, the others to the right. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly remarks: readonly string[]
}

export type Format = 'text' | 'markdown'

export function render(table: Table, format: Format): string {
  const lines = [table.columns, ...table.rows]
  const widths = table.columns.map((_, column) => Math.max(...lines.map((cells) => [...(cells[column] ?? '')].length)))
  const pad = (cells: readonly string[]) =>
    widths.map((width, column) =>
      column === 0 ? (cells[column] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width),
    )
  const [head, ...rows] = lines.map(pad)
  if (format === 'markdown') {
    const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
    return [
      `## ${table.title}`,
      '',
      ...[head!, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`),
      '',
      ...table.remarks.map((remark) => `- ${remark}`),
    ].join('\n')
  }
  return [
    table.title,
    '',
    ...[head!, widths.map((width) => '─'.repeat(width)), ...rows].map((cells) => `  ${cells.join('  ')}`.trimEnd()),
    '',
    ...table.remarks.map((remark) => `  ${remark}`),
  ].join('\n')
}

/** Three digits that mean something: 0.123, 4.56, 78.9, 1234. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 0.01))))
  return value.toFixed(Math.min(3, digits))
}

/** How a figure stands to its target. */
export function verdict(value: number, relation: '≤' | '≥', target: number): string {
  const met = relation === '≤' ? value <= target : value >= target
  return `${relation} ${target} ${met ? 'met' : 'MISSED'}`
}
