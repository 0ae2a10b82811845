import { expect, test } from 'vitest'
import { figure, render, verdict, type Table } from './table.ts'

const table: Table = {
  title: 'Title',
  columns: ['candidate', 'µs', '×'],
  rows: [
    ['nginx', '22.3', '1'],
    ['Holdfast, bare', '28', '1.26'],
  ],
  remarks: ['A remark.'],
}

test('text', () => {
  expect(render(table, 'text')).toBe(
    [
      'Title',
      '',
      '  candidate         µs     ×',
      '  ──────────────  ────  ────',
      '  nginx           22.3     1',
      '  Holdfast, bare    28  1.26',
      '',
      '  A remark.',
    ].join('\n'),
  )
})

test('markdown', () => {
  expect(render(table, 'markdown')).toBe(
    [
      '## Title',
      '',
      '| candidate      |   µs |    × |',
      '| -------------- | ---: | ---: |',
      '| nginx          | 22.3 |    1 |',
      '| Holdfast, bare |   28 | 1.26 |',
      '',
      '- A remark.',
    ].join('\n'),
  )
})

test.each([
  [38495.4, '38495'],
  [128.6, '129'],
  [22.345, '22.3'],
  [1.004, '1.00'],
  [0.4567, '0.457'],
  [0.00012, '0.000'],
  [NaN, '–'],
])('figure of %d', (value, expected) => {
  expect(figure(value)).toBe(expected)
})

test.each([
  [1.45, '≤', 1.45, '≤ 1.45 met'],
  [1.46, '≤', 1.45, '≤ 1.45 MISSED'],
  [4, '≥', 4, '≥ 4 met'],
  [3.9, '≥', 4, '≥ 4 MISSED'],
  [NaN, '≤', 150, '≤ 150 MISSED'],
] as const)('verdict on %d %s %d', (value, relation, target, expected) => {
  expect(verdict(value, relation, target)).toBe(expected)
})
