import { expect, test } from 'vitest'
import { Admission } from './admission.ts'
import { RateLimit } from './rate-limit.ts'

const never = new AbortController().signal

test('so many are inside at a time, the others come in their order', async () => {
  const admission = new Admission(2)
  const [first, second] = [await admission.enter(never), await admission.enter(never)]
  const order: string[] = []
  const third = admission.enter(never).then((leave) => (order.push('third'), leave))
  const fourth = admission.enter(never).then((leave) => (order.push('fourth'), leave))
  expect(admission.waiting).toBe(2)
  first!()
  // Giving a place back twice must not let two in.
  first!()
  const leaveThird = await third
  expect(order).toEqual(['third'])
  expect(admission.waiting).toBe(1)
  leaveThird!()
  const leaveFourth = await fourth
  expect(order).toEqual(['third', 'fourth'])
  second!()
  leaveFourth!()
  expect(await admission.enter(never)).toBeDefined()
})

test('who goes away while waiting takes no place', async () => {
  const admission = new Admission(1)
  const leave = await admission.enter(never)
  const gone = new AbortController()
  const waiting = admission.enter(gone.signal)
  const next = admission.enter(never)
  gone.abort()
  expect(await waiting).toBeUndefined()
  expect(await admission.enter(gone.signal)).toBeUndefined()
  leave!()
  expect(await next).toBeDefined()
})

test('a rate limit gives a burst and then so much per second, whatever the clock does', () => {
  const limit = new RateLimit(3, 2, 1000)
  expect([0, 0, 0, 0].map(() => limit.take(1000))).toEqual([true, true, true, false])
  expect(limit.take(1400)).toBe(false)
  expect(limit.take(1500)).toBe(true)
  expect(limit.take(500)).toBe(false)
  expect(limit.take(600_000)).toBe(true)
})
