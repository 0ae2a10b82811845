import { constants } from 'node:os'
import { addRow, formatDigest } from '@holdfast/sync'
import { Generation, unpackRow } from './generation.ts'
import { indexDefinition, indexKeys } from './index-keys.ts'

/**
 * Reads the whole file and says what is wrong with it: rows whose digest is not the recorded one, or indexes that do not lead
 * to every row. May crash the process on a damaged file.
 */
export async function verifyGeneration(path: string): Promise<string | undefined> {
  try {
    return await faultOf(Generation.open(path, 'read'))
  } catch (error) {
    if (isShortage(error)) throw error
    return error instanceof Error ? error.message : String(error)
  }
}

async function faultOf(generation: Generation): Promise<string | undefined> {
  const view = generation.pin()
  try {
    const state = generation.state(view)
    if (!state) return 'a format that is not known'
    const options = { transaction: view }
    // With other fields indexed than now the indexes are built anew after this anyway.
    const indexed = state.indexes === indexDefinition()
    let sum = 0n
    let unique = 0
    let foreign = 0
    for (const { key, value } of generation.rows.getRange(options)) {
      const slash = key.indexOf('/')
      const [entity, id] = [key.slice(0, slash), key.slice(slash + 1)]
      const row = unpackRow(value)
      sum = addRow(sum, entity, id, row)
      if (!indexed) continue
      const keys = indexKeys(entity, id, row)
      for (const entry of keys.unique) {
        if (generation.unique.get(entry, options)?.toString() !== id) return `an index without ${key}`
      }
      for (const entry of keys.foreign) {
        if (!generation.foreign.get(entry, options)) return `an index without ${key}`
      }
      unique += keys.unique.length
      foreign += keys.foreign.length
    }
    if (formatDigest(sum) !== (state.building?.digest ?? state.digest)) return 'rows that are not those recorded'
    if (!indexed) return undefined
    if (generation.unique.getCount(options) !== unique || generation.foreign.getCount(options) !== foreign) {
      return 'an index that leads nowhere'
    }
    return undefined
  } finally {
    view.done()
    await generation.close()
  }
}

/** What the machine lacks says nothing about the file. */
function isShortage(error: unknown): boolean {
  const { EACCES, EAGAIN, EMFILE, ENFILE, ENOMEM, ENOSPC } = constants.errno
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return [EACCES, EAGAIN, EMFILE, ENFILE, ENOMEM, ENOSPC].some((shortage) => shortage === code)
}
