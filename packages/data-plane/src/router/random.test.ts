import { expect, test } from 'vitest'
import type { RouteConditions } from './route-conditions.ts'
import { Router, prepareRoute } from './router.ts'
import { scan } from './testing/linear-scan.ts'
import { request } from './testing/request.ts'

/** Small numbers that depend on the seed alone. */
function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const hosts = [
  'a.test',
  'b.a.test',
  'A.test:8000',
  'a.test:9',
  '*.a.test',
  '*.test',
  'a.*',
  'b.a.*',
  '*.test:8000',
  'c',
]
const prefixes = ['/', '/a', '/ab', '/a/', '/a/b', '/a/b/c', '/abc', '/b', '/b/a', '/aa']
const regexes = [
  '~/a.*',
  '~/a/\\d+$',
  '~/a/(x|y)',
  '~/.*b',
  '~/a/b',
  '~/[ab]+/c?',
  '~/a|/b',
  '~/b.*/c.*d',
  '~/a\\.b',
  '~/(?:a|ab)(?:c|b)*',
]
const headerValues = ['1', '2', '~*^v', '~*1$']
const names = ['a.test', 'b.a.test', 'c.test']
const methods = ['GET', 'POST', 'PUT']

function randomRoute(id: string, roll: (below: number) => number): RouteConditions {
  const some = <T>(from: readonly T[], most = 3): T[] => [
    ...new Set(Array.from({ length: 1 + roll(most) }, () => from[roll(from.length)]!)),
  ]
  const maybe = <T>(chance: number, make: () => T): T | null => (roll(100) < chance ? make() : null)
  return {
    id,
    hosts: maybe(50, () => some(hosts)),
    paths: maybe(80, () => [...some(prefixes), ...(roll(3) === 0 ? some(regexes) : [])].slice(roll(2))),
    methods: maybe(30, () => some(methods, 2)),
    headers: maybe(20, () => Object.fromEntries(some(['x-a', 'x-b']).map((name) => [name, some(headerValues)]))),
    snis: maybe(10, () => some(names, 2)),
    regex_priority: roll(4) === 0 ? roll(20) : 0,
  }
}

function randomRequest(roll: (below: number) => number) {
  const host = ['a.test', 'b.a.test', 'x.b.a.test', 'c', 'a.org', 'b.a.org', ''][roll(7)]!
  const path = [
    '/',
    '/a',
    '/ab/c',
    '/a/b/c/d',
    '/a/12',
    '/a/12/',
    '/b/a/c',
    '/abc',
    '/aab',
    '/a/x',
    '/bc/cd',
    '/a.b',
    '/aacb',
  ][roll(13)]!
  const origin = host === '' ? '' : `${roll(2) ? 'http' : 'https'}://${host}${roll(3) === 0 ? ':9' : ''}`
  const values = ['1', '2', 'V1', 'x1', 'none']
  const headers: Record<string, string[]> = {}
  for (const name of ['x-a', 'x-b'])
    if (roll(2)) headers[name] = Array.from({ length: 1 + roll(2) }, () => values[roll(5)]!)
  return request(`${methods[roll(3)]} ${origin}${path}`, headers)
}

test('finds what a scan of all routes finds, while routes come, change and go', () => {
  let matched = 0
  for (let seed = 1; seed <= 600; seed++) {
    const roll = dice(seed * 7919)
    const router = new Router<string>()
    const routes = new Map<string, RouteConditions>()
    const idOf = (n: number) =>
      `${'0123456789abcdef'[n % 16]}${n.toString(16).padStart(7, '0')}-0000-4000-8000-000000000000`
    const count = 1 + roll(40)
    for (let step = 0; step < 60; step++) {
      const id = idOf(roll(count))
      if (routes.has(id) && roll(3) > 0) {
        routes.delete(id)
        router.remove(id)
      } else {
        const route = randomRoute(id, roll)
        routes.set(id, route)
        router.put(prepareRoute(route), id)
      }
      const input = randomRequest(roll)
      const hit = router.match(input)
      const expected = scan(routes.values(), input)
      if (expected) matched++
      if (hit?.target !== expected?.id || hit?.matched !== expected?.matched) {
        expect({ seed, step, hit, input }).toEqual({ seed, step, hit: expected, input })
      }
    }
    for (const id of routes.keys()) router.remove(id)
    expect(router.size).toBe(0)
    expect(router.match(request('/a'))).toBeUndefined()
  }
  expect(matched).toBeGreaterThan(10_000)
})
