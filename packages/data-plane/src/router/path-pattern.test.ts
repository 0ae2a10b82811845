import { describe, expect, test } from 'vitest'
import { directRegExp } from './direct-regexp.ts'
import { PatternError, captures, compilePathPattern } from './path-pattern.ts'

const patterns: readonly [source: string, engine: 'direct' | 'linear', prefix: string][] = [
  ['/users/\\d+$', 'direct', '/users/'],
  ['/users/(?<id>[^/]+)/posts/(?P<post>\\d+)$', 'direct', '/users/'],
  ['/status/.*', 'direct', '/status/'],
  ['/api/.*/end$', 'direct', '/api/'],
  ['/v(?:1|2)/x', 'direct', '/v'],
  ['/(a|b)?/c', 'direct', '/'],
  ['/rr/[a-z]{1,30}/[a-z]{1,30}', 'direct', '/rr/'],
  ['/a\\.b\\-c/[\\w.-]+$', 'direct', '/a.b-c/'],
  ['/ab?c', 'direct', '/a'],
  // two ways to go on, and no bound on what follows
  ['/a+a+$', 'linear', '/a'],
  ['/.*x.*y', 'linear', '/'],
  ['/(a+)+$', 'linear', '/'],
  ['/.*[a-z]{500}', 'linear', '/'],
  ['/(a|ab)(c|bcd)', 'linear', '/'],
  ['/(?i)abc', 'linear', '/'],
  ['/a|/b', 'linear', ''],
  ['/x(y|z)|/b', 'linear', ''],
  ['/[[:alpha:]]+', 'linear', '/'],
  ['/\\bfoo', 'linear', '/'],
  ['/\\p{L}+', 'linear', '/'],
]

describe('which engine runs a pattern, and what it must begin with', () => {
  for (const [source, engine, prefix] of patterns) {
    test(source, () => {
      expect(directRegExp(source) ? 'direct' : 'linear').toBe(engine)
      expect(compilePathPattern(source).prefix).toBe(prefix)
    })
  }
})

describe('both engines agree', () => {
  const paths = ['/users/12', '/users/12/', '/users/ann/posts/7', '/status/', '/api/x/end', '/api/end/end', '/v1/x', '//c', '/a/c',
    '/rr/ab/cd', '/a.b-c/x.y-z', '/abc', '/ac', '/v3/x'] // prettier-ignore
  for (const [source, engine] of patterns) {
    if (engine === 'linear') continue
    test(source, () => {
      // An empty alternative that is never taken sends the pattern to RE2 without changing what it matches.
      const linear = compilePathPattern(`${source}(?:\\b\\B)?`)
      const direct = compilePathPattern(source)
      for (const path of paths) {
        const [a, b] = [direct.exec(path), linear.exec(path)]
        expect(a?.matched, path).toEqual(b?.matched)
        expect(a?.groups && captures(a.groups), path).toEqual(b?.groups && captures(b.groups))
      }
    })
  }
})

test('a pattern made to backtrack for ever takes no time', () => {
  const hostile = ['/(a+)+$', '/(a|a)*$', '/a*a*a*a*a*a*b', '/(.*)(.*)(.*)(.*)x$', '/(?:a?){30}a{30}$', '/.*.*=.*']
  const path = `/${'a'.repeat(8000)}!`
  const started = performance.now()
  for (const source of hostile) compilePathPattern(source).exec(path)
  expect(performance.now() - started).toBeLessThan(3000)
})

test('what neither engine can do in linear time is refused', () => {
  for (const source of ['/(?=x)', '/(?<!x)y', '/(a)\\1', '/[', '/(', '/a{2,1}']) {
    expect(() => compilePathPattern(source), source).toThrow(PatternError)
  }
})
