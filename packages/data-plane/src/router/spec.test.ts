import { describe, expect, test } from 'vitest'
import type { MatchInput } from '../compile/runtime.ts'
import { captures } from './path-pattern.ts'
import type { RouteConditions } from './route-conditions.ts'
import { Router, prepareRoute } from './router.ts'
import type { Hit } from './router.ts'
import { request } from './testing/request.ts'

type Flavor = (routes: readonly RouteConditions[]) => (input: MatchInput) => Hit<string> | undefined

/** Every flavor that routes by hosts, paths and the rest must pass the whole table. */
const flavors: Readonly<Record<string, Flavor>> = {
  traditional_compatible: (routes) => {
    const router = new Router<string>()
    for (const route of routes) router.put(prepareRoute(route), route.id)
    return (input) => router.match(input)
  },
}

type Routes = Readonly<Record<string, Omit<RouteConditions, 'id'>>>
type Case = readonly [
  request: string | readonly [line: string, headers: Readonly<Record<string, string | readonly string[]>>],
  route: string | undefined,
  matched?: string,
]

const table: readonly { readonly name: string; readonly routes: Routes; readonly cases: readonly Case[] }[] = [
  {
    name: 'a prefix matches at any character boundary and minds letter case',
    routes: { a: { paths: ['/shop'] } },
    cases: [
      ['/shop', 'a', '/shop'],
      ['/shop/cart', 'a', '/shop'],
      ['/shopper', 'a', '/shop'],
      ['/sho', undefined],
      ['/Shop', undefined],
      ['/x/shop', undefined],
    ],
  },
  {
    name: 'the longest prefix wins',
    routes: { s: { paths: ['/m'] }, l: { paths: ['/m/n/o'] }, m: { paths: ['/m/n'] }, root: { paths: ['/'] } },
    cases: [
      ['/m/n/o/p', 'l'],
      ['/m/n/x', 'm'],
      ['/m/x', 's'],
      ['/x', 'root', '/'],
    ],
  },
  {
    name: 'several paths: each ranks by its own length',
    routes: { two: { paths: ['/a/long/one', '/b'] }, mid: { paths: ['/a/long'] }, b: { paths: ['/b/c'] } },
    cases: [
      ['/a/long/one', 'two', '/a/long/one'],
      ['/a/long/x', 'mid'],
      ['/b/x', 'two', '/b'],
      ['/b/c', 'b'],
    ],
  },
  {
    name: 'a regex wins over a longer prefix',
    routes: { plain: { paths: ['/status/very/long'] }, regex: { paths: ['~/status/.*'] } },
    cases: [['/status/very/long', 'regex', '/status/very/long']],
  },
  {
    name: 'regex_priority orders regexes and leaves prefixes alone',
    routes: {
      long: { paths: ['~/rr/[a-z]{1,30}/[a-z]{1,30}'] },
      short: { paths: ['~/rr/.'], regex_priority: 3 },
      low: { paths: ['/plain'], regex_priority: 0 },
      high: { paths: ['/pla'], regex_priority: 10 },
    },
    cases: [
      ['/rr/aa/bb', 'short', '/rr/a'],
      ['/plain/1', 'low'],
    ],
  },
  {
    name: 'of several regexes of a route the first that matches counts',
    routes: { a: { paths: ['~/x/[a-z]', '~/x/[a-z]+'] }, b: { paths: ['~/y.*/z', '~/y'] } },
    cases: [
      ['/x/abc', 'a', '/x/a'],
      ['/y1/z/1', 'b', '/y1/z'],
      ['/y1', 'b', '/y'],
    ],
  },
  {
    name: 'only the first of alternatives without group is anchored',
    routes: { a: { paths: ['~/one|/two'] } },
    cases: [
      ['/one', 'a', '/one'],
      ['/x/two', 'a', '/two'],
      ['/x/one', undefined],
    ],
  },
  {
    name: 'equal routes: the greater id wins',
    routes: { c1: { paths: ['/same'] }, d1: { paths: ['/same'] }, b1: { paths: ['/same'] } },
    cases: [['/same', 'd1']],
  },
  {
    name: 'the route with more kinds of conditions wins',
    routes: {
      p: { paths: ['/w'] },
      hp: { hosts: ['w.test'], paths: ['/w'] },
      hpm: { hosts: ['w.test'], paths: ['/w'], methods: ['GET'] },
      hpmh: { hosts: ['w.test'], paths: ['/w'], methods: ['GET'], headers: { 'x-w': ['1'] } },
    },
    cases: [
      [['http://w.test/w', { 'x-w': '1' }], 'hpmh'],
      ['http://w.test/w', 'hpm'],
      ['POST http://w.test/w', 'hp'],
      ['/w', 'p'],
    ],
  },
  {
    name: 'one condition each: host, header, path, method',
    routes: {
      m: { methods: ['GET'] },
      p: { paths: ['/w'] },
      d: { headers: { 'x-w': ['1'] } },
      h: { hosts: ['w.test'] },
    },
    cases: [
      [['http://w.test/w', { 'x-w': '1' }], 'h', ''],
      [['/w', { 'x-w': '1' }], 'd'],
      ['/w', 'p'],
      ['/z', 'm'],
      ['POST /z', undefined],
    ],
  },
  {
    name: 'a plain host alone beats a wildcard host with a path',
    routes: { wp: { hosts: ['*.w.test'], paths: ['/w'] }, h: { hosts: ['x.w.test'] } },
    cases: [
      ['http://x.w.test/w', 'h'],
      ['http://y.w.test/w', 'wp'],
    ],
  },
  {
    name: 'regex_priority beats a second header',
    routes: {
      hh: { headers: { 'x-a': ['1'], 'x-b': ['1'] }, paths: ['~/w.*'] },
      rp: { headers: { 'x-a': ['1'] }, paths: ['~/w.*'], regex_priority: 50 },
    },
    cases: [[['/w', { 'x-a': '1', 'x-b': '1' }], 'rp']],
  },
  {
    name: 'hosts without regard to letter case, with wildcards and ports',
    routes: {
      plain: { hosts: ['Example.test'] },
      left: { hosts: ['*.example.test'] },
      right: { hosts: ['example.*'] },
      port: { hosts: ['ported.test:9000'] },
      any: { paths: ['/any'] },
    },
    cases: [
      ['http://EXAMPLE.test/', 'plain'],
      ['http://a.b.example.test/', 'left'],
      ['http://example.org/', 'right'],
      ['http://example.a.b/', 'right'],
      ['http://ported.test:9000/', 'port'],
      ['http://ported.test/', undefined],
      ['http://ported.test/any', 'any'],
      ['http://xexample.test/', undefined],
      [`http://${'a.'.repeat(500)}example.test/`, undefined],
    ],
  },
  {
    name: 'header values without regard to letter case, as a list, as regex, with underscores',
    routes: {
      value: { headers: { 'X-V': ['One', 'two'] } },
      regex: { headers: { 'x-r': ['~*^v\\d+'] } },
      under: { headers: { x_under: ['1'] } },
    },
    cases: [
      [['/', { 'x-v': 'ONE' }], 'value'],
      [['/', { 'x-v': ['zero', 'two'] }], 'value'],
      [['/', { 'x-v': 'three' }], undefined],
      [['/', { 'x-r': 'V12' }], 'regex'],
      [['/', { 'x-r': 'xv12' }], undefined],
      [['/', { 'x-under': '1' }], 'under'],
      [['/', { x_under: '1' }], 'under'],
    ],
  },
  {
    name: 'server names count only with TLS; the scheme does not choose a route',
    routes: {
      sni: { snis: ['tls.test', '*.wild.test', 'right.*'], protocols: ['https'] } as Omit<RouteConditions, 'id'>,
    },
    cases: [
      ['https://tls.test/', 'sni'],
      ['https://TLS.test/', 'sni'],
      ['https://a.wild.test/', 'sni'],
      ['https://right.test/', 'sni'],
      ['https://other.test/', undefined],
      ['http://other.test/', 'sni'],
    ],
  },
  {
    name: 'text beyond ASCII is compared as UTF-8',
    routes: { cafe: { paths: ['/café'] }, uber: { paths: ['~/über/(?<what>\\w+)'] }, root: { paths: ['/'] } },
    cases: [
      ['/caf\xc3\xa9/x', 'cafe', '/caf\xc3\xa9'],
      ['/\xc3\xbcber/1', 'uber', '/\xc3\xbcber/1'],
      ['/uber/1', 'root'],
      ['/\xff', undefined],
    ],
  },
]

for (const [flavor, make] of Object.entries(flavors)) {
  describe(flavor, () => {
    for (const { name, routes, cases } of table) {
      test(name, () => {
        const match = make(Object.entries(routes).map(([id, conditions]) => ({ id, ...conditions })))
        for (const [given, route, matched] of cases) {
          const hit = typeof given === 'string' ? match(request(given)) : match(request(...given))
          expect(hit?.target, String(given)).toBe(route)
          if (matched !== undefined) expect(hit?.matched, String(given)).toBe(matched)
        }
      })
    }

    test('captures by number and by name', () => {
      const match = make([{ id: 'a', paths: ['~/u/(?<user>[^/]+)(?:/(\\d+))?$'] }])
      expect(captures(match(request('/u/ann/7'))!.groups!)).toEqual({ 0: '/u/ann/7', 1: 'ann', 2: '7', user: 'ann' })
      expect(captures(match(request('/u/ann'))!.groups!)).toEqual({ 0: '/u/ann', 1: 'ann', user: 'ann' })
      expect(match(request('/v'))).toBeUndefined()
    })
  })
}
