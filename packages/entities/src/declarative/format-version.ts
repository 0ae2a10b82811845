import { normalizePath } from '@holdfast/schema'
import type { AnyRow } from '@holdfast/schema'

export const formatVersions = ['1.1', '2.1', '3.0']

/**
 * Before 3.0 a path with the characters of a regular expression was one. Since then a regular expression begins with `~`, so
 * the paths of routes in older files are rewritten: top-level routes and those inside services.
 */
export function upgradePaths(entity: string, under: string | undefined, row: AnyRow): AnyRow {
  if (entity !== 'routes' || (under !== undefined && under !== 'services') || !Array.isArray(row.paths)) return row
  return { ...row, paths: row.paths.map((path: unknown) => (typeof path === 'string' ? upgradePath(path) : path)) }
}

const metaCharacters = new Set('.^-{}\\|')
const reserved = new Set("!#$%&'()*+,/:;=?@[]")

function upgradePath(path: string): string {
  if (/^[a-zA-Z0-9.\-_~/%]*$/.test(path)) return normalizePath(path)
  const bytes = Buffer.from(path, 'utf8').toString('latin1')
  const decoded = bytes.replace(/%([0-9A-Fa-f]{2})/g, (escape, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16))
    if (reserved.has(char)) return escape.toUpperCase()
    return metaCharacters.has(char) ? `\\${char}` : char
  })
  return `~${Buffer.from(decoded, 'latin1').toString('utf8')}`
}
