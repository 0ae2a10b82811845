import { type Format, render, type Table } from './table.ts'

/** What goes to stdout; progress goes to stderr, so that stdout can be kept as it is. */
export function createOutput(format: Format) {
  return {
    heading(machine: string, note: string): void {
      write(format === 'markdown' ? `# Benchmark\n\n${machine}\n\n${note}` : `${machine}\n${note}`)
    },
    print(table: Table): void {
      write(render(table, format))
    },
    /** Text that is no table of ours, as it is. */
    printText(title: string, text: string): void {
      const lines = text.trimEnd()
      write(
        format === 'markdown'
          ? `## ${title}\n\n\`\`\`text\n${lines}\n\`\`\``
          : `${title}\n\n${lines.replaceAll(/^/gm, '  ')}`,
      )
    },
  }
}

function write(text: string): void {
  process.stdout.write(`${text}\n\n`)
}
