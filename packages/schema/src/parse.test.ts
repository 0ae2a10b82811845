import { describe, expect, test } from 'vitest'
import type { Field, Fields, Structure } from './field.ts'
import { parse, violationMessage } from './index.ts'
import type { AnyRow, Schema } from './index.ts'

const context = { now: () => 1_800_000_000_000, uuid: () => '00000000-0000-4000-8000-000000000009' }

function answer(structure: Structure, input: AnyRow): unknown {
  const parsed = parse({ name: 'things', ...structure }, input, { ...context, mode: 'insert' })
  return parsed.ok ? parsed.value : violationMessage(parsed.violations)
}

describe('the value of one field', () => {
  const ok = Symbol('accepted')
  const cases: [Field, unknown, string | typeof ok][] = [
    [{ type: 'string' }, 7, 'expected a string'],
    [{ type: 'string' }, '', 'length must be at least 1'],
    [{ type: 'string', len_min: 0 }, '', ok],
    [{ type: 'string', len_max: 3 }, 'é€', 'length must be at most 3'],
    [{ type: 'string', len_eq: 2 }, 'é', ok],
    [{ type: 'string', one_of: ['a', 'b'] }, 'c', 'expected one of: a, b'],
    [{ type: 'string', not_one_of: ['a'] }, 'a', 'must not be one of: a'],
    [{ type: 'string', match: '^%d$' }, 'x', 'invalid value: x'],
    [{ type: 'string', not_match: '%d' }, '1', 'invalid value: 1'],
    [
      {
        type: 'string',
        match_all: [
          { pattern: 'a', err: 'no a' },
          { pattern: 'b', err: 'no b' },
        ],
      },
      'a',
      'no b',
    ],
    [{ type: 'string', match_any: { patterns: ['^a', '^b'], err: 'neither' } }, 'c', 'neither'],
    [{ type: 'string', match_none: [{ pattern: '//', err: 'empty' }] }, 'a//', 'empty'],
    [{ type: 'string', starts_with: '/' }, 'a', 'should start with: /'],
    [{ type: 'string', uuid: true }, 'x', 'expected a valid UUID'],
    [{ type: 'string', is_regex: true }, '((', 'not a valid regex: (('],
    [{ type: 'string', eq: 'a' }, 'b', 'value must be a'],
    [{ type: 'string', match: '^a', err: 'begin with a' }, 'b', 'begin with a'],
    [{ type: 'string', one_of: ['a'], referenceable: true }, '{vault://env/a}', ok],
    [{ type: 'string', one_of: ['a'] }, '{vault://env/a}', 'expected one of: a'],
    [{ type: 'string', required: true }, null, 'required field missing'],
    [{ type: 'string', required: true }, undefined, 'required field missing'],
    [{ type: 'string', eq: null }, 'a', 'value must be null'],
    [{ type: 'string', ne: null }, null, 'value must not be null'],
    [{ type: 'integer' }, 1.5, 'expected an integer'],
    [{ type: 'integer', between: [0, 9] }, 10, 'value should be between 0 and 9'],
    [{ type: 'number', between: [0.001, 1000] }, 0, 'value should be between 0 and 1000'],
    [{ type: 'number', gt: 0 }, 0, 'value must be greater than 0'],
    [{ type: 'number' }, Number.NaN, 'expected a number'],
    [{ type: 'integer', timestamp: true }, 0, 'expected a valid timestamp'],
    [{ type: 'boolean' }, 'yes', 'expected a boolean'],
    [{ type: 'boolean', ne: true }, true, 'value must not be true'],
    [{ type: 'array', elements: { type: 'string' } }, 'x', 'expected an array'],
    [{ type: 'set', elements: { type: 'string' } }, { a: 1 }, 'expected a set'],
    [{ type: 'array', elements: { type: 'string' }, contains: 'a' }, ['b'], 'expected to contain: a'],
    [{ type: 'array', elements: { type: 'string' }, len_min: 1 }, [], 'length must be at least 1'],
    [{ type: 'map', keys: { type: 'string' }, values: { type: 'integer' } }, { a: 'x' }, 'expected an integer'],
    [{ type: 'map', keys: { type: 'string' }, values: { type: 'integer' } }, ['x'], 'expected a string'],
    [{ type: 'map', keys: { type: 'string' }, values: { type: 'integer' } }, 'x', 'expected a map'],
    [{ type: 'record', fields: {} }, 'x', 'expected a record'],
    [
      { type: 'set', elements: { type: 'string' }, mutually_exclusive_subsets: [['a', 'b'], ['c']] },
      ['a', 'c'],
      "these sets are mutually exclusive: ('a', 'b'), ('c')",
    ],
    [{ type: 'json', json_schema: { inline: { type: 'object', required: ['a'] } } }, {}, 'property a is required'],
    [{ type: 'json', json_schema: { inline: { type: ['string', 'null'] } } }, null, ok],
  ]
  for (const [field, value, expected] of cases)
    test(`${JSON.stringify(field)} ${String(JSON.stringify(value))}`, () => {
      const result = answer({ fields: { f: field } }, value === undefined ? {} : { f: value })
      if (expected === ok) expect(result).toBeTypeOf('object')
      else expect(result).toBe(`schema violation (f: ${expected})`)
    })
})

describe('rules over several fields', () => {
  const text = { type: 'string' } as const
  const fields = { a: text, b: text, c: text } as const satisfies Fields
  const cases: [Structure, AnyRow, string | undefined][] = [
    [
      { fields, entity_checks: [{ at_least_one_of: ['a', 'b'] }] },
      {},
      "at least one of these fields must be non-empty: 'a', 'b'",
    ],
    [
      { fields, entity_checks: [{ only_one_of: ['a', 'b'] }] },
      { a: 'x', b: 'y' },
      "exactly one of these fields must be non-empty: 'a', 'b'",
    ],
    [
      { fields, entity_checks: [{ distinct: ['a', 'b'] }] },
      { a: 'x', b: 'x' },
      "values of these fields must be distinct: 'a', 'b'",
    ],
    [
      { fields, entity_checks: [{ mutually_required: ['a', 'b'] }] },
      { a: 'x' },
      "all or none of these fields must be set: 'a', 'b'",
    ],
    [
      { fields, entity_checks: [{ mutually_exclusive: ['a', 'b'] }] },
      { a: 'x', b: 'y' },
      "only one or none of these fields must be set: 'a', 'b'",
    ],
    [
      { fields, entity_checks: [{ mutually_exclusive_sets: { set1: ['a'], set2: ['b', 'c'] } }] },
      { a: 'x', c: 'y' },
      "these sets are mutually exclusive: ('a'), ('c')",
    ],
    [
      {
        fields,
        entity_checks: [{ custom_entity_check: { field_sources: ['a'], fn: 'seen' } }],
        functions: { checks: { seen: (row) => Object.keys(row).join() } },
      },
      { a: 'x', b: 'y' },
      'a',
    ],
    [
      {
        fields,
        entity_checks: [
          {
            conditional_at_least_one_of: {
              if_field: 'a',
              if_match: { eq: 'x' },
              then_at_least_one_of: ['b'],
              then_err: 'need %s',
              else_match: { eq: 'y' },
              else_then_at_least_one_of: ['c'],
            },
          },
        ],
      },
      { a: 'x' },
      "need 'b'",
    ],
    [
      {
        fields,
        entity_checks: [
          {
            conditional_at_least_one_of: {
              if_field: 'a',
              if_match: { eq: 'x' },
              then_at_least_one_of: ['b'],
              else_match: { eq: 'y' },
              else_then_at_least_one_of: ['c'],
            },
          },
        ],
      },
      { a: 'y' },
      "at least one of these fields must be non-empty: 'c'",
    ],
    [
      {
        fields,
        entity_checks: [
          { conditional: { if_field: 'a', if_match: { eq: 'x' }, then_field: 'b', then_match: { eq: 'y' } } },
        ],
      },
      { a: 'z' },
      undefined,
    ],
  ]
  for (const [structure, input, expected] of cases)
    test(JSON.stringify(structure.entity_checks), () => {
      const result = answer(structure, input)
      if (expected === undefined) expect(result).toBeTypeOf('object')
      else expect(result).toBe(`schema violation (${expected})`)
    })

  test('a condition on a record names the field where it is', () => {
    const structure: Structure = {
      fields: {
        config: {
          type: 'record',
          required: true,
          fields: { policy: text, redis: { type: 'record', required: true, fields: { host: text } } },
        },
      },
      entity_checks: [
        {
          conditional: {
            if_field: 'config.policy',
            if_match: { eq: 'redis' },
            then_field: 'config.redis.host',
            then_match: { required: true },
          },
        },
      ],
    }
    expect(answer(structure, { config: { policy: 'redis' } })).toBe(
      '2 schema violations (failed conditional validation given value of field \'config.policy\'; config.redis: {\n  host = "required field missing"\n})',
    )
  })

  test('rules that look at a vault reference are left out', () => {
    const structure: Structure = {
      fields: { a: { type: 'string', referenceable: true }, b: text },
      entity_checks: [{ mutually_required: ['a', 'b'] }],
    }
    expect(answer(structure, { a: '{vault://env/a}' })).toBeTypeOf('object')
  })
})

describe('shorthand fields', () => {
  const renamed = (path: string[]) => ({ message: 'old', removal_in_version: '4.0', replaced_with: [{ path }] })
  const structure: Structure = {
    fields: {
      redis: {
        type: 'record',
        required: true,
        fields: { host: { type: 'string' }, port: { type: 'integer', default: 6379 } },
      },
    },
    shorthand_fields: {
      redis_host: { type: 'string', deprecation: renamed(['redis', 'host']) },
      redis_port: { type: 'integer', deprecation: renamed(['redis', 'port']) },
    },
  }
  const cases: [string, AnyRow, unknown][] = [
    ['old names', { redis_host: 'h', redis_port: 1 }, { redis: { host: 'h', port: 1 } }],
    ['the new name wins over null', { redis_host: null, redis: { host: 'h' } }, { redis: { host: 'h', port: 6379 } }],
    [
      'both with different values',
      { redis_host: 'a', redis: { host: 'b' } },
      'schema violation (redis_host: both deprecated and new field are used but their values mismatch: redis_host = a vs redis.host = b)',
    ],
    ['a wrong value', { redis_port: 'x' }, 'schema violation (redis_port: expected an integer)'],
  ]
  for (const [name, input, expected] of cases) test(name, () => expect(answer(structure, input)).toEqual(expected))
})

describe('rows that change', () => {
  const schema: Schema = {
    name: 'secrets',
    fields: {
      owner: { type: 'string', required: true, immutable: true },
      password: { type: 'string' },
      digest: { type: 'string' },
    },
    transformations: [{ input: ['password'], needs: ['owner'], on_write: 'digest' }],
    functions: { transforms: { digest: ({ owner, password }) => ({ digest: `${owner}:${password}` }) } },
  }
  const current = { owner: 'o', password: 'p', digest: 'o:p' }
  const change = (input: AnyRow) => parse(schema, input, { ...context, mode: 'update', current })

  test('computed fields follow what they are computed from', () => {
    expect(answer(schema, { owner: 'o', password: 'p' })).toEqual(current)
    expect(change({ password: 'q' })).toEqual({ ok: true, value: { owner: 'o', password: 'q', digest: 'o:q' } })
  })
  test('immutable fields are kept', () => {
    expect(change({ owner: 'x' })).toMatchObject({ violations: { owner: 'immutable field cannot be updated' } })
  })
  test('computed fields are left as they are on request', () => {
    const parsed = parse(
      schema,
      { owner: 'o', password: 'p', digest: 'd' },
      { ...context, mode: 'insert', transform: false },
    )
    expect(parsed).toMatchObject({ value: { digest: 'd' } })
  })
})
