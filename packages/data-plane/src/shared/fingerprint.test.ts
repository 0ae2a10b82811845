import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fingerprint } from './fingerprint.ts'

const of = (text: string, seed: [number, number, number, number] = [1, 2, 3, 4]): string =>
  [...new Fingerprint(seed).of(text)].join(' ')

test('texts that look alike are told apart', () => {
  const texts = [
    '',
    '\0',
    '\0\0',
    '\0\0\0\0',
    'a',
    'a\0',
    'abcd',
    'abcde',
    'abcd\0',
    'é',
    'ā',
    'a\u0100',
    'abcd\u6261',
    'ab\u6463',
  ]
  // The last two have, packed, the same bytes as texts of other lengths.
  expect(new Set(texts.map((text) => of(text))).size).toBe(texts.length)
})

test('different texts have different fingerprints, the same text the same, and another seed another one', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 })
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(of(a) === of(b)).toBe(a === b)
      expect(of(a)).not.toBe(of(a, [1, 2, 3, 5]))
    }),
  )
})

test('fingerprints of running numbers spread evenly', () => {
  const buckets = new Uint32Array(256)
  const fingerprint = new Fingerprint([5, 6, 7, 8])
  for (let i = 0; i < 25_600; i++) buckets[fingerprint.of(`192.0.2.${i}`)[0]! & 255]! += 1
  // A hundred are expected in each; sixty more or less would be six standard deviations.
  for (const count of buckets) expect(Math.abs(count - 100)).toBeLessThan(60)
})
