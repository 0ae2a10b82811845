import type { Revision } from '@holdfast/sync'
import { expect, test } from 'vitest'
import { AnsweredRevisions } from './answered-revisions.ts'

const revision = (n: number): Revision => n as Revision
const [one, two] = [{}, {}]

type Event = ['answered', session: object, revision: number] | ['left', session: object]

const cases: [name: string, before: Event[], after: Event[], waits: boolean, ends: boolean][] = [
  ['nobody is connected', [], [], false, true],
  ['it is answered already', [['answered', one, 5]], [], false, true],
  ['a later one is answered already', [['answered', one, 6]], [], false, true],
  ['it is answered now', [['answered', one, 4]], [['answered', one, 5]], true, true],
  ['an earlier one is answered', [['answered', one, 3]], [['answered', one, 4]], true, false],
  ['the data plane leaves', [['answered', one, 4]], [['left', one]], true, true],
  [
    'one of two answers',
    [
      ['answered', one, 4],
      ['answered', two, 4],
    ],
    [['answered', one, 5]],
    true,
    false,
  ],
  [
    'one of two leaves',
    [
      ['answered', one, 4],
      ['answered', two, 4],
    ],
    [['left', one]],
    true,
    false,
  ],
  [
    'a data plane asks anew',
    [
      ['answered', one, 5],
      ['answered', one, 0],
    ],
    [],
    true,
    false,
  ],
]
test.each(cases)('waiting for revision 5: %s', async (_, before, after, waits, ends) => {
  const answered = new AnsweredRevisions()
  const happen = ([what, session, at]: Event): void => {
    if (what === 'left') answered.left(session)
    else answered.answered(session, revision(at ?? 0))
  }
  before.forEach(happen)
  let ended = false
  const wait = answered.until(revision(5), 10_000).then(() => (ended = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect(ended).toBe(!waits)
  after.forEach(happen)
  await new Promise((resolve) => setImmediate(resolve))
  expect(ended).toBe(ends)
  for (const session of [one, two]) answered.left(session)
  await wait
})

test('a data plane that does not answer is waited for only so long', async () => {
  const answered = new AnsweredRevisions()
  answered.answered(one, revision(4))
  const begun = performance.now()
  await answered.until(revision(5), 30)
  expect(performance.now() - begun).toBeGreaterThan(25)
})
