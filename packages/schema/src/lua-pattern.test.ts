import { describe, expect, test } from 'vitest'
import { compileLuaPattern, matchesLuaPattern } from './lua-pattern.ts'

describe('Lua patterns', () => {
  const cases: [pattern: string, matching: string[], others: string[]][] = [
    ['^%u+$', ['GET'], ['get', 'GET1', '']],
    ['//', ['a//b'], ['a/b']],
    ['^[Hh][Oo][Ss][Tt]$', ['host', 'HOST'], ['hosts']],
    ['^[^*]*%*?[^*]*$', ['a', '*.a', 'a.*'], ['*.*']],
    ['^%*%.', ['*.a'], ['a.*']],
    ['%.%*$', ['a.*'], ['a.*b']],
    ['^%d+[%.%d]*%-?.*$', ['1.2.3', '3-x'], ['x']],
    ['%.%.', ['a..b'], ['a.b']],
    ['^[%w%.%-%_~]+$', ['a-b_c~d.e'], ['a b', 'é']],
    ['[]]', [']'], ['[']],
    ['[^]]', ['['], [']']],
    ['[a-]', ['-', 'a'], ['b']],
    ['[%a-z]', ['-', 'z', 'Q'], ['1']],
    ['^.-b$', ['ab', 'aab', 'a\nb'], ['a']],
    ['(%a)%1', ['aa'], ['ab']],
    ['%f[%w]the%f[%W]', ['in the', 'the.'], ['other']],
    ['^[%W]$', ['-'], ['a']],
    ['a$b', ['a$b'], ['ab']],
    // Lua counts bytes: this character has two.
    ['^..$', ['é', 'ab'], ['a']],
    ['^[\u0080-\u00f4]+$', ['é'], ['e']],
  ]
  for (const [pattern, matching, others] of cases)
    test(pattern, () => {
      for (const text of matching) expect([text, matchesLuaPattern(text, pattern)]).toEqual([text, true])
      for (const text of others) expect([text, matchesLuaPattern(text, pattern)]).toEqual([text, false])
    })

  test('what is wrong throws', () => {
    for (const pattern of ['[a', 'a%', '%b()', '[%']) expect(() => compileLuaPattern(pattern)).toThrow()
  })
})
