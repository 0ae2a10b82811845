import { randomUUID } from 'node:crypto'
import { snis } from '@holdfast/entities'
import type { WireRow } from '@holdfast/sync'
import type { EntityRules } from './entity-rules.ts'
import { schemaViolation } from './problem.ts'
import { isUuid } from './rows.ts'

/** A certificate is found by any of its server names too, and is written together with them. */
export const certificateRules: EntityRules = {
  unknown: 'explained',

  async idOfKey(reader, key, method) {
    if (isUuid(key)) return key
    const sni = await reader.find(snis.name, { name: key })
    if (sni) return certificateOf(sni)
    return method === 'PUT' ? randomUUID() : { status: 404, body: { message: 'SNI not found' } }
  },

  bodyFor(input, method, addressedAs) {
    const given = typeof input['snis'] === 'string' ? [input['snis']] : input['snis']
    // Without names a PUT takes away those that there are, even the one in the address.
    if (given === undefined) return method === 'PUT' ? { ...input, snis: null } : input
    const names: unknown = given
    if (method !== 'PUT' || isUuid(addressedAs) || !Array.isArray(names) || names.includes(addressedAs)) {
      return { ...input, snis: names }
    }
    return { ...input, snis: [...names, addressedAs] }
  },

  async check({ transaction, row, input }) {
    const names = namesIn(input) ?? []
    const twice = names.find((name, index) => names.indexOf(name) !== index)
    if (twice !== undefined) throw schemaViolation({ snis: `${twice} is duplicated` })
    for (const name of names) {
      const sni = await transaction.find(snis.name, { name })
      if (!sni || certificateOf(sni) === row['id']) continue
      throw schemaViolation({ snis: `${name} already associated with existing certificate '${certificateOf(sni)}'` })
    }
  },

  async afterWrite({ transaction, row, input, insert }) {
    const wanted = namesIn(input)
    if (!wanted) return
    const id = row['id'] as string
    const present = await transaction.children(snis.name, 'certificate', [id])
    const names = new Set(present.map((sni) => sni['name']))
    for (const name of wanted) if (!names.has(name)) await insert(snis, { name, certificate: { id } })
    for (const sni of present) {
      if (!wanted.includes(sni['name'] as string)) await transaction.delete(snis.name, sni['id'] as string)
    }
  },

  async beforeDelete(transaction, row) {
    for (const sni of await transaction.children(snis.name, 'certificate', [row['id'] as string])) {
      await transaction.delete(snis.name, sni['id'] as string)
    }
  },

  async present(reader, rows) {
    const ids = rows.map((row) => row['id'] as string)
    const names = Map.groupBy(await reader.children(snis.name, 'certificate', ids), certificateOf)
    return rows.map((row) => {
      const own = names.get(row['id'] as string) ?? []
      return { ...row, snis: own.map((sni) => sni['name'] as string).toSorted() }
    })
  },
}

function certificateOf(sni: WireRow): string {
  return (sni['certificate'] as { readonly id: string }).id
}

/** The names that a certificate shall have; undefined leaves them as they are. */
function namesIn(input: WireRow): string[] | undefined {
  const names = input['snis']
  if (names === null) return []
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : undefined
}
