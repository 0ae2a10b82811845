import { randomUUID } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { declarativeMessage, parseDeclarativeText, readDeclarative } from '@holdfast/entities'
import { pluginSubschema } from '@holdfast/plugin-kit'
import { plugins } from '@holdfast/plugins'
import type { Logger } from 'pino'
import { loadDeclarative, type Check, type OnApplied, type Replica } from './replica/index.ts'

/** The file is at fault, not we: its message is for whoever wrote it. */
export class InvalidDeclarativeFile extends Error {
  override readonly name = 'InvalidDeclarativeFile'
}

const subschemas = new Map(plugins.map((plugin) => [plugin.name, pluginSubschema(plugin)]))

/**
 * Puts the configuration of a declarative file in the place of everything. Throws with all that is wrong with it, and nothing has
 * changed then. Without a file the configuration is an empty one, unless an earlier one is on disk.
 */
export async function loadFile(
  path: string | undefined,
  replica: Replica,
  tryRevision: Check,
  onApplied: OnApplied,
  log: Logger,
): Promise<void> {
  if (path === undefined && replica.standing.history !== '') return
  const rows = path === undefined ? [] : await readRows(path)
  const loaded = await loadDeclarative(replica, rows, tryRevision)
  if (loaded.kind === 'refused') {
    const what = loaded.errors.map(({ entity, id, message }) => `${entity} ${id}: ${message}`).join('; ')
    throw new InvalidDeclarativeFile(`${path}: ${what}`)
  }
  if (loaded.kind === 'applied') await onApplied(loaded)
  log.info({ path, rows: rows.length, changed: loaded.kind === 'applied' }, 'the declarative configuration is loaded')
}

async function readRows(path: string) {
  const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
  const read = parseDeclarativeText(text)
  if (!read.ok) throw new InvalidDeclarativeFile(`${path}: ${declarativeMessage(read.violations)}`)
  const declared = readDeclarative(read.tree, {
    // The file's own time: reading it twice makes the same rows.
    now: () => mtimeMs,
    uuid: randomUUID,
    subschema: (name) => subschemas.get(name),
  })
  if (!declared.ok) throw new InvalidDeclarativeFile(`${path}: ${declarativeMessage(declared.violations)}`)
  return declared.rows.map(({ entity, row }) => ({ entity: entity.name, id: row.id, row }))
}
