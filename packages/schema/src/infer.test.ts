import { expectTypeOf, test } from 'vitest'
import type { InferRecord, RecordField } from './index.ts'

const config = {
  type: 'record',
  required: true,
  fields: {
    plain: { type: 'string' },
    needed: { type: 'string', required: true },
    choice: { type: 'string', one_of: ['a', 'b'], default: 'a' },
    none: { type: 'integer', default: null },
    list: { type: 'array', required: true, elements: { type: 'record', fields: { x: { type: 'number' } } } },
    map: { type: 'map', keys: { type: 'string' }, values: { type: 'boolean' } },
    free: { type: 'json', required: true },
  },
} as const satisfies RecordField

test('the type of a configuration follows from its schema', () => {
  expectTypeOf<InferRecord<typeof config>>().toEqualTypeOf<{
    readonly plain: string | null
    readonly needed: string
    readonly choice: 'a' | 'b'
    readonly none: number | null
    readonly list: readonly { readonly x: number | null }[]
    readonly map: { readonly [key: string]: boolean } | null
    readonly free: unknown
  }>()
  expectTypeOf<InferRecord<RecordField>>().toEqualTypeOf<{ readonly [name: string]: unknown }>()
})
