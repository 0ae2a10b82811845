import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from './properties.ts'

/** The id that is set, or the one that this prefix got at its first start. */
export function nodeId(settings: Settings): string {
  if (settings.node_id !== undefined) return settings.node_id
  const path = join(settings.prefix, 'node-id')
  if (!existsSync(path)) writeFileSync(path, `${randomUUID()}\n`, { mode: 0o600 })
  return readFileSync(path, 'utf8').trim()
}
