import { expect, test } from 'vitest'
import { fromWire, toWire } from './wire-text.ts'

test.each([
  ['plain', 'plain'],
  ['', ''],
  ['Zoë', 'Zo\u00c3\u00ab'],
  ['日', '\u00e6\u0097\u00a5'],
  ['a\r\nX-Admin: 1\0', 'a%0D%0AX-Admin: 1%00'],
])('%j is %j in a header', (text, wire) => {
  expect(toWire(text)).toBe(wire)
})

test.each(['plain', 'Zoë', '日本'])('%j comes back', (text) => {
  expect(fromWire(toWire(text))).toBe(text)
})
