import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { Packr } from 'msgpackr'
import { addRow, canonicalText, emptyDigest, formatDigest, parseDigest, removeRow, rowHash } from './digest.ts'
import type { WireRow } from './change.ts'

const row = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<WireRow>

describe('rowHash', () => {
  const equal: [string, WireRow, WireRow][] = [
    ['order of members', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    ['null and absent', { a: 1, b: null, c: { d: null } }, { a: 1, c: {} }],
    ['undefined and absent', { a: 1, b: undefined }, { a: 1 }],
    ['ways to write a number', { a: 1.0, b: -0 }, JSON.parse('{"a":1e0,"b":0}') as WireRow],
  ]
  for (const [name, one, other] of equal) {
    test(`${name}: equal`, () => expect(rowHash('routes', 'x', one)).toBe(rowHash('routes', 'x', other)))
  }

  const different: [string, [string, string, WireRow], [string, string, WireRow]][] = [
    ['entity', ['routes', 'x', {}], ['services', 'x', {}]],
    ['id', ['routes', 'x', {}], ['routes', 'y', {}]],
    ['a border between entity and id', ['ab', 'c', {}], ['a', 'bc', {}]],
    ['text and number', ['routes', 'x', { a: '1' }], ['routes', 'x', { a: 1 }]],
    ['order of a list', ['routes', 'x', { a: [1, 2] }], ['routes', 'x', { a: [2, 1] }]],
    ['null in a list', ['routes', 'x', { a: [null, 1] }], ['routes', 'x', { a: [1] }]],
    ['empty map and absent', ['routes', 'x', { a: {} }], ['routes', 'x', {}]],
  ]
  for (const [name, one, other] of different) {
    test(`${name}: different`, () => expect(rowHash(...one)).not.toBe(rowHash(...other)))
  }

  test('is what the specification says', () => {
    // echo -ne 'services\nid-1\n{"name":"a","port":80}' | sha256sum | cut -c-32
    expect(formatDigest(rowHash('services', 'id-1', { port: 80, name: 'a', path: null }))).toBe(KNOWN)
  })

  test('survives JSON and msgpack', () => {
    const packr = new Packr({ useRecords: true, mapsAsObjects: true })
    fc.assert(
      fc.property(row, (value) => {
        const hash = rowHash('e', 'i', value)
        expect(rowHash('e', 'i', JSON.parse(JSON.stringify(value)) as WireRow)).toBe(hash)
        expect(rowHash('e', 'i', packr.unpack(packr.pack(value)) as WireRow)).toBe(hash)
      }),
    )
  })
})

const KNOWN = 'c1a87760f08a46404000da1755a39145'

test('the sum does not depend on order and can be undone', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), fc.nat(), (rows, seed) => {
      const add = (sum: bigint, value: WireRow, index: number) => addRow(sum, 'e', String(index), value)
      const forward = rows.reduce(add, 0n)
      const order = rows.map((_, index) => (index * 7 + seed) % (rows.length || 1))
      const indexes = new Set(order).size === rows.length ? order : rows.map((_, index) => rows.length - 1 - index)
      expect(indexes.reduce((sum, index) => addRow(sum, 'e', String(index), rows[index]!), 0n)).toBe(forward)
      const back = rows.reduce((sum, value, index) => removeRow(sum, 'e', String(index), value), forward)
      expect(formatDigest(back)).toBe(emptyDigest)
    }),
  )
})

test('parseDigest takes 32 lower-case hex digits and nothing else', () => {
  expect(parseDigest(formatDigest(12n))).toBe(12n)
  for (const text of ['', 'f', 'F'.repeat(32), 'g'.repeat(32), '0'.repeat(33)])
    expect(parseDigest(text)).toBeUndefined()
})

test('canonicalText sorts at every depth', () => {
  expect(canonicalText({ b: [{ d: 1, c: null }], a: 'x"y' })).toBe('{"a":"x\\"y","b":[{"d":1}]}')
})
