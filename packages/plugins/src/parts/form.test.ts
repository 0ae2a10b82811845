import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseForm, writeForm } from './form.ts'

const cases: [text: string, values: [string, (string | true)[]][]][] = [
  ['', []],
  ['a=1', [['a', ['1']]]],
  [
    'a=1&b=2&a=3',
    [
      ['a', ['1', '3']],
      ['b', ['2']],
    ],
  ],
  [
    'a&b=',
    [
      ['a', [true]],
      ['b', ['']],
    ],
  ],
  ['a=b=c', [['a', ['b=c']]]],
  ['&&=x&', []],
  ['a+b=c%20d%2', [['a b', ['c d%2']]]],
  ['%C3%A9=%c3%a9', [['Ã©', ['Ã©']]]],
  ['__proto__=1', [['__proto__', ['1']]]],
]
test.each(cases)('%j', (text, values) => {
  expect([...parseForm(text)]).toEqual(values)
})

test('no more than 100 arguments are read', () => {
  expect(parseForm(Array.from({ length: 1_000 }, (_, i) => `a${i}=1`).join('&')).size).toBe(100)
})

describe('fuzz', () => {
  const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) })
  test('what is written is read again', () => {
    const value = fc.oneof(latin1, fc.constant(true as const))
    const form = fc.uniqueArray(
      fc.tuple(
        latin1.filter((name) => name !== ''),
        fc.array(value, { minLength: 1, maxLength: 3 }),
      ),
      {
        selector: ([name]) => name,
        maxLength: 10,
      },
    )
    fc.assert(
      fc.property(form, (entries) => {
        expect(new Map(parseForm(writeForm(new Map(entries))))).toEqual(new Map(entries))
      }),
    )
  })

  test('any text is read', () => {
    fc.assert(
      fc.property(latin1, (text) => {
        expect(parseForm(text).size).toBeLessThanOrEqual(100)
      }),
    )
  })
})
