import { expect, test } from 'vitest'
import { parseOptions, sections } from './options.ts'

test.each([
  [[], { quick: false, format: 'text', sections }],
  [['--quick', '--markdown'], { quick: true, format: 'markdown', sections }],
  [['--only', 'router', '--only=changes'], { quick: false, format: 'text', sections: ['router', 'changes'] }],
  [['--help'], 'help'],
  [['--only', 'x'], { problem: 'There is no section "x"; there are: proxying, changes, router.' }],
])('%j', (args, expected) => {
  expect(parseOptions(args)).toEqual(expected)
})

test.each([[['--fast']], [['quick']], [['--only']]])('refuses %j', (args) => {
  expect(parseOptions(args)).toHaveProperty('problem')
})
