import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { unknownFunctions } from '@holdfast/schema'
import type { Field, Structure } from '@holdfast/schema'
import { describe, expect, test } from 'vitest'
import { consumers, entities, plugins, referencesFrom, referencesTo, services } from './index.ts'

/** Paths of fields without a description. Elements of lists and maps are described by the field that holds them. */
function undescribed(structure: Structure, path: string): string[] {
  return Object.entries({ ...structure.fields, ...structure.shorthand_fields }).flatMap(([name, field]) => {
    const missing = (field.description ?? '').length < 5 ? [`${path}.${name}`] : []
    const inner: Field = field.type === 'array' || field.type === 'set' ? field.elements : field
    return inner.type === 'record' ? [...missing, ...undescribed(inner, `${path}.${name}`)] : missing
  })
}

describe('entities', () => {
  test('every file that defines one is in the list', () => {
    const defining = readdirSync(import.meta.dirname)
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'entity.ts')
      .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
      .flatMap((text) => (text.includes('defineEntity({') ? [/name: '(\w+)'/.exec(text)![1]!] : []))
    expect(entities.map(({ name }) => name).toSorted()).toEqual(defining.toSorted())
  })

  for (const entity of entities)
    test(`${entity.name} is sound`, () => {
      expect(undescribed(entity, entity.name)).toEqual([])
      for (const subschema of Object.values(entity.subschemas ?? {}))
        expect(undescribed(subschema, entity.name)).toEqual([])
      expect(unknownFunctions(entity)).toEqual([])
      const named = [entity.endpoint_key ?? 'id', ...(entity.cache_key ?? [])]
      for (const name of [...named, ...(entity.nested ?? []).map(({ field }) => field)])
        expect(Object.keys(entity.fields)).toContain(name)
      const earlier = entities.slice(0, entities.indexOf(entity)).map(({ name }) => name)
      for (const { to } of referencesFrom(entity)) expect(earlier).toContain(to)
    })

  test('who refers to a row, and what becomes of it', () => {
    const described = (entity: typeof services | typeof consumers | typeof plugins) =>
      referencesTo(entity).map((reference) => `${reference.entity.name}.${reference.field} ${reference.onDelete}`)
    expect(described(services)).toEqual(['routes.service restrict', 'plugins.service cascade'])
    expect(described(consumers)).toEqual(['plugins.consumer cascade', 'keyauth_credentials.consumer cascade'])
    expect(described(plugins)).toEqual([])
  })
})
