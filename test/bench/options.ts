import { parseArgs } from 'node:util'
import type { Format } from './table.ts'

export const sections = ['proxying', 'changes', 'router'] as const
export type Section = (typeof sections)[number]

export interface Options {
  readonly quick: boolean
  readonly format: Format
  readonly sections: readonly Section[]
}

export const usage = `npm run bench -- [options]

  --quick            one short round of everything, under a minute
  --markdown         tables in Markdown
  --only <section>   ${sections.join(', ')}; may be given more than once
  --help             this text
`

/** @returns a sentence instead when the arguments are wrong, `help` when only the usage is wanted. */
export function parseOptions(args: readonly string[]): Options | 'help' | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        markdown: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return 'help'
    const unknown = values.only.find((name) => !isSection(name))
    if (unknown !== undefined)
      return { problem: `There is no section "${unknown}"; there are: ${sections.join(', ')}.` }
    return {
      quick: values.quick,
      format: values.markdown ? 'markdown' : 'text',
      sections: values.only.length > 0 ? values.only.filter(isSection) : sections,
    }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

function isSection(name: string): name is Section {
  return (sections as readonly string[]).includes(name)
}
