import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMultipart } from './multipart.ts'

const TYPE = 'multipart/form-data; boundary=XbX'
const part = (head: string, value: string): string => `--XbX\r\n${head}\r\n\r\n${value}\r\n`
const field = (name: string): string => `Content-Disposition: form-data; name="${name}"`
const END = '--XbX--\r\n'

const cases: [name: string, body: string, type: string, fields: [string, string][] | undefined][] = [
  ['no parts', END, TYPE, []],
  ['one', part(field('a'), '1') + END, TYPE, [['a', '1']]],
  [
    'two',
    part(field('a'), '1') + part(field('b'), '2') + END,
    TYPE,
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  ['empty value', part(field('a'), '') + END, TYPE, [['a', '']]],
  ['line ends in a value', part(field('a'), '1\r\n2') + END, TYPE, [['a', '1\r\n2']]],
  ['a file', part(`${field('f')}; filename="x.txt"\r\nContent-Type: text/plain`, 'x') + END, TYPE, [['f', 'x']]],
  [
    'the name after the file name',
    part('content-disposition: form-data; filename="n"; name=a', '1') + END,
    TYPE,
    [['a', '1']],
  ],
  ['no name', part('Content-Disposition: form-data', '1') + END, TYPE, []],
  ['text before', `preamble\r\n${part(field('a'), '1')}${END}`, TYPE, [['a', '1']]],
  ['quoted boundary', part(field('a'), '1') + END, 'multipart/form-data; charset=utf-8; boundary="XbX"', [['a', '1']]],
  ['no boundary', part(field('a'), '1') + END, 'multipart/form-data', undefined],
  ['cut off', part(field('a'), '1'), TYPE, undefined],
  ['another boundary', part(field('a'), '1') + END, 'multipart/form-data; boundary=other', undefined],
  ['empty', '', TYPE, undefined],
]
test.each(cases)('%s', (_, body, type, fields) => {
  expect(parseMultipart(body, type)?.map(({ name, value }) => [name, value])).toEqual(fields)
})

test('parts lie one after the other, from boundary to boundary', () => {
  const body = part(field('a'), '1') + part(field('b'), '2') + END
  expect(parseMultipart(body, TYPE)!.map(({ start, end }) => body.slice(start, end))).toEqual([
    part(field('a'), '1'),
    part(field('b'), '2'),
  ])
})

test('any body is read or refused, in time that grows with its length alone', () => {
  const piece = fc.constantFrom('--XbX', '--', '\r\n', '\r\n\r\n', field('a'), 'name=', '"', ';', 'x', END)
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const body = pieces.join('')
      for (const { start, end } of parseMultipart(body, TYPE) ?? [])
        expect(start < end && end <= body.length).toBe(true)
    }),
  )
  const began = performance.now()
  parseMultipart('--XbX\r\n'.repeat(100_000), TYPE)
  parseMultipart(`--XbX\r\ncontent-disposition:${'; name'.repeat(100_000)}\r\n\r\n\r\n--XbX--`, TYPE)
  expect(performance.now() - began).toBeLessThan(5_000)
})
