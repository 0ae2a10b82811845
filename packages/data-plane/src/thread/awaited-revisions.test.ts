import type { Revision } from '@holdfast/sync'
import { expect, test } from 'vitest'
import { AwaitedRevisions } from './awaited-revisions.ts'

const revision = (n: number): Revision => n as Revision

type Event = ['answered', thread: number, revision: number] | ['gone', thread: number]

const cases: [name: string, threads: number[], events: Event[], ends: boolean][] = [
  ['no thread lives', [], [], true],
  ['one of two threads has answered', [0, 1], [['answered', 0, 5]], false],
  [
    'both threads have answered',
    [0, 1],
    [
      ['answered', 1, 5],
      ['answered', 0, 5],
    ],
    true,
  ],
  [
    'one thread answers twice',
    [0, 1],
    [
      ['answered', 0, 5],
      ['answered', 0, 5],
    ],
    false,
  ],
  ['the answer is for an earlier revision', [0], [['answered', 0, 4]], false],
  ['the answer is for a later revision', [0], [['answered', 0, 6]], true],
  [
    'a thread dies instead of answering',
    [0, 1],
    [
      ['answered', 0, 5],
      ['gone', 1],
    ],
    true,
  ],
  ['a thread that was born later answers', [0], [['answered', 1, 5]], false],
  ['a thread that was not waited for dies', [0], [['gone', 1]], false],
]
test.each(cases)('waiting for revision 5: %s', async (_, threads, events, ends) => {
  const awaited = new AwaitedRevisions(10_000)
  let ended = false
  const wait = awaited.until(revision(5), threads).then(() => (ended = true))
  for (const [what, thread, at] of events) {
    if (what === 'gone') awaited.gone(thread)
    else awaited.answered(thread, revision(at))
  }
  await new Promise((resolve) => setImmediate(resolve))
  expect(ended).toBe(ends)
  for (const thread of threads) awaited.gone(thread)
  await wait
})

test('a thread that is held up is waited for only so long', async () => {
  const begun = performance.now()
  await new AwaitedRevisions(30).until(revision(5), [0])
  expect(performance.now() - begun).toBeGreaterThan(25)
})

test('waits for several revisions end each at its own', async () => {
  const awaited = new AwaitedRevisions(10_000)
  const ended: number[] = []
  const waits = [5, 6].map((n) => awaited.until(revision(n), [0]).then(() => ended.push(n)))
  awaited.answered(0, revision(5))
  await waits[0]
  expect(ended).toEqual([5])
  awaited.answered(0, revision(6))
  await waits[1]
  expect(ended).toEqual([5, 6])
})
