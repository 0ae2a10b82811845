import { parse, violationMessage } from '@holdfast/schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entities, entityByName } from './index.ts'
import type { Entity } from './index.ts'

const context = {
  mode: 'insert' as const,
  now: () => 1_800_000_000_000,
  uuid: () => '00000000-0000-4000-8000-000000000009',
  entity: entityByName,
  subschema: () => ({ fields: {} }),
}

/** Inputs with names that the entity knows, dangerous names and any JSON value, now and then a plausible one. */
const inputs = (entity: Entity) =>
  fc.dictionary(
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...Object.keys({ ...entity.fields, ...entity.shorthand_fields })) },
      fc.constantFrom('__proto__', 'constructor', 'toString', 'ttl', 'x'),
    ),
    fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('a.test', '/x', 'http', ['http'], ['a'], {}, [], { id: context.uuid() }, 1, true),
    ),
  )

describe('any input', () => {
  for (const entity of entities)
    test(`${entity.name}: never throws, and what it accepts it accepts again unchanged`, () => {
      fc.assert(
        fc.property(inputs(entity), (input) => {
          const first = parse(entity, input, context)
          if (!first.ok) return void expect(violationMessage(first.violations)).toMatch(/schema violations? \(/)
          const second = parse(entity, first.value, context)
          expect(second).toEqual({ ok: true, value: first.value })
          expect(parse(entity, {}, { ...context, mode: 'update', current: first.value })).toEqual({
            ok: true,
            value: entity.fields.updated_at ? { ...first.value } : first.value,
          })
        }),
        { numRuns: 150 },
      )
    })
})
