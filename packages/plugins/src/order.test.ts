import { expect, test } from 'vitest'
import { phaseTable } from '@holdfast/plugin-kit'
import { plugins } from './index.ts'

/** The order in which plugins run in every phase, with Kong's priorities. A new plugin is a new line here. */
const order = [
  ['correlation-id', 100_001],
  ['cors', 2_000],
  ['key-auth', 1_250],
  ['rate-limiting', 910],
  ['prometheus', 13],
  ['request-termination', 2],
]

test('plugins run in this order', () => {
  expect(plugins.toSorted((a, b) => b.priority - a.priority).map(({ name, priority }) => [name, priority])).toEqual(
    order,
  )
  expect(new Set(plugins.map(({ priority }) => priority)).size).toBe(plugins.length)
})

test('phases run in this order', () => {
  expect(phaseTable.map(([name]) => name)).toEqual([
    'rewrite',
    'access',
    'response',
    'headerFilter',
    'bodyFilter',
    'log',
  ])
})
