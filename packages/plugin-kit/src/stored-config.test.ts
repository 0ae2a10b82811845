import { expect, test } from 'vitest'
import type { RecordField } from '@holdfast/schema'
import { completeConfig } from './stored-config.ts'

const record: RecordField = {
  type: 'record',
  fields: {
    plain: { type: 'string' },
    filled: { type: 'integer', default: 5 },
    off: { type: 'boolean', default: true },
    inner: { type: 'record', required: true, fields: { port: { type: 'integer', default: 80 } } },
    maybe: { type: 'record', fields: { port: { type: 'integer', default: 80 } } },
    toString: { type: 'string' as const },
  },
}

const cases: [stored: object, complete: object][] = [
  [{}, { plain: null, filled: 5, off: true, inner: { port: 80 }, maybe: null, toString: null }],
  [
    { plain: null, filled: null, off: false, inner: { port: null }, maybe: {}, toString: null, gone: 1 },
    { plain: null, filled: 5, off: false, inner: { port: 80 }, maybe: { port: 80 }, toString: null },
  ],
  [
    { plain: 'x', filled: 0, off: true, inner: { port: 1 }, maybe: { port: 2 }, toString: 'y' },
    { plain: 'x', filled: 0, off: true, inner: { port: 1 }, maybe: { port: 2 }, toString: 'y' },
  ],
]
test.each(cases)('%j', (stored, complete) => {
  expect(completeConfig(record, stored)).toEqual(complete)
})
