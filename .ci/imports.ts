// Finds what a TypeScript file imports, well enough for source that prettier has formatted.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

export interface Import {
  /** From the top of the repository. */
  readonly file: string
  /** As written. */
  readonly from: string
  /** Imports that leave nothing at run time. */
  readonly typeOnly: boolean
  /** Names of values; `*` for everything, `default` for a default import. */
  readonly names: readonly string[]
}

/** All sources of a folder, tests too. */
export function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('node_modules'))
    .map((path) => join(folder, path))
    .toSorted()
}

export function importsOf(file: string): Import[] {
  return parseImports(file, readFileSync(join(root, file), 'utf8'))
}

const STATEMENT = /^(?:import|export)\s+(?<type>type\s+)?(?<what>[^'"`;]*?)\s*from\s+'(?<from>[^']+)'/gm
const BARE = /^import\s+'(?<from>[^']+)'/gm
const DYNAMIC = /(?<typeof>typeof\s+)?\bimport\(\s*'(?<from>[^']+)'\s*\)/g

export function parseImports(file: string, source: string): Import[] {
  const code = source.replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '')
  const found: Import[] = []
  for (const { groups } of code.matchAll(STATEMENT)) {
    const names = valueNames(groups!.what!)
    found.push({ file, from: groups!.from!, typeOnly: groups!.type !== undefined || names.length === 0, names })
  }
  for (const { groups } of code.matchAll(BARE)) found.push({ file, from: groups!.from!, typeOnly: false, names: [] })
  for (const { groups } of code.matchAll(DYNAMIC)) {
    found.push({ file, from: groups!.from!, typeOnly: groups!.typeof !== undefined, names: ['*'] })
  }
  return found
}

function valueNames(what: string): string[] {
  const [, outside = '', inside = ''] = /^([^{]*)(?:\{([\s\S]*)\})?/.exec(what)!
  const first = outside.replace(/,\s*$/, '').trim()
  return [
    ...(first === '' ? [] : [first.startsWith('*') ? '*' : 'default']),
    ...inside
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '))
      .map((name) => name.split(/\s+as\s+/)[0]!),
  ]
}
