import { describe, expect, test } from 'vitest'
import type { Structure } from './field.ts'
import { toKongJson, unknownFunctions, withDefaults, withShorthands } from './index.ts'

const structure: Structure = {
  fields: {
    name: { type: 'string', custom_validator: 'nobody', description: 'A name.' },
    count: { type: 'integer', default: 5 },
    redis: {
      type: 'record',
      required: true,
      fields: { host: { type: 'string' }, port: { type: 'integer', default: 1 } },
    },
  },
  shorthand_fields: {
    redis_host: {
      type: 'string',
      deprecation: { message: 'm', removal_in_version: '4.0', replaced_with: [{ path: ['redis', 'host'] }] },
    },
  },
  entity_checks: [{ custom_entity_check: { field_sources: ['name'], fn: 'here' } }],
  functions: { checks: { here: () => undefined } },
}

describe('a stored row', () => {
  test('readers see defaults where null was stored', () => {
    const row = { name: null, count: null, redis: { host: 'h', port: null } }
    expect(withDefaults(structure, row)).toEqual({ name: null, count: 5, redis: { host: 'h', port: 1 } })
    expect(row.redis.port).toBeNull()
  })
  test('a row in which nothing is missing is the same object', () => {
    const row = { name: 'n', count: 0, redis: { host: null, port: 2 } }
    expect(withDefaults(structure, row)).toBe(row)
  })
  test('the Admin API repeats deprecated members', () => {
    const row = { name: 'n', count: 0, redis: { host: 'h', port: 2 } }
    expect(withShorthands(structure, row)).toEqual({ ...row, redis_host: 'h' })
  })
})

test('/schemas has no descriptions and no functions', () => {
  expect(toKongJson(structure)).toEqual({
    fields: [
      { name: { type: 'string' } },
      { count: { type: 'integer', default: 5 } },
      {
        redis: {
          type: 'record',
          required: true,
          fields: [{ host: { type: 'string' } }, { port: { type: 'integer', default: 1 } }],
        },
      },
    ],
    entity_checks: [{ custom_entity_check: { field_sources: ['name'] } }],
  })
})

test('names of functions that do not exist are found', () => {
  expect(unknownFunctions(structure)).toEqual(['validators:nobody'])
})
