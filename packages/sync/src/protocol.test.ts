import { expect, test } from 'vitest'
import { Backoff } from './backoff.ts'
import type { Change, LoggedChange, Revision } from './change.ts'
import { delta } from './delta.ts'
import { negotiate, versionMismatch } from './protocol.ts'

test.each([
  // ours      theirs    spoken
  [[1, 1], [1, 1], 1],
  [[1, 3], [2, 5], 3],
  [[2, 5], [1, 3], 3],
  [[1, 1], [2, 3], undefined],
  [[4, 5], [1, 3], undefined],
  [[1, 1], [3, 0], undefined],
])('protocols %j and %j speak %s', ([min = 0, max = 0], [theirMin = 0, theirMax = 0], spoken) => {
  expect(negotiate({ min, max }, { min: theirMin, max: theirMax })).toBe(spoken)
})

test.each([
  // cp        dp        fits
  ['1.4.0', '1.4.9', true],
  ['1.4.0', '1.3.0', true],
  ['1.4.0-rc.1', '1.4.2', true],
  ['1.4.0', '1.5.0', false],
  ['2.0.0', '1.9.0', false],
  ['1.4.0', '2.0.0', false],
  ['1.4.0', 'unknown', false],
])('control plane %s with data plane %s: %s', (cp, dp, fits) => {
  expect(versionMismatch(cp, dp) === undefined).toBe(fits)
})

const put = (id: string, n: number): Change => ({ op: 'put', entity: 'e', id, row: { n } })
const remove = (id: string): Change => ({ op: 'delete', entity: 'e', id })
test.each<[string, Change[], Change[]]>([
  ['last write wins', [put('a', 1), put('a', 2)], [put('a', 2)]],
  ['put then delete is a delete', [put('a', 1), remove('a')], [remove('a')]],
  ['delete then put is a put', [remove('a'), put('a', 2)], [put('a', 2)]],
  ['order is that of the last writes', [put('a', 1), put('b', 1), put('a', 2)], [put('b', 1), put('a', 2)]],
])('squash: %s', (_, changes, expected) => {
  const logged = changes.map((change, i): LoggedChange => ({ revision: (i + 1) as Revision, change }))
  expect(delta(0 as Revision, 4 as Revision, logged, 'd').changes).toEqual(expected)
})

test('backoff doubles to its cap, is drawn from the whole range, and begins anew', () => {
  const most = new Backoff({ base: 100, cap: 1000, random: () => 0.5 })
  expect([1, 2, 3, 4, 5, 6].map(() => most.next())).toEqual([50, 100, 200, 400, 500, 500])
  most.reset()
  expect(most.next()).toBe(50)
  expect(new Backoff({ base: 100, cap: 1000, random: () => 0 }).next()).toBe(0)
  expect(most.next(1000)).toBe(1250 + 100)
})
