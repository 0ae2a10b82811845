import { describe, expect, test } from 'vitest'
import { escapePath } from './join-path.ts'
import { normalizePath } from './normalize-path.ts'

const cases: readonly [raw: string, matched: string | undefined, sent?: string][] = [
  // received        matched against   sent to the service, where it differs
  ['/', '/'],
  ['/shop', '/shop'],
  ['/shop/', '/shop/'],
  ['/%41lpha', '/Alpha'],
  ['/%41%6C%70ha/b', '/Alpha/b'],
  ['/%7Euser/x', '/~user/x'],
  ['/a%2fb', '/a%2Fb'],
  ['/a%3bb', '/a%3Bb'],
  ['/a%5bb%5d', '/a%5Bb%5D'],
  ['/a%25b', '/a%25b'],
  ['/a%2541', '/a%2541'],
  ['/a%20b', '/a b', '/a%20b'],
  ['/caf%c3%a9', '/caf\xc3\xa9', '/caf%C3%A9'],
  ['/%ff', '/\xff', '/%FF'],
  ['/a%0ab', '/a\nb', '/a%0Ab'],
  ['/a%7fb', '/a\x7fb', '/a%7Fb'],
  ['/a|b', '/a|b', '/a%7Cb'],
  ['/a^b`c', '/a^b`c', '/a%5Eb%60c'],
  ['/a\\b', '/a\\b', '/a%5Cb'],
  ['/a[b]', '/a[b]'],
  ['/out/../in/x', '/in/x'],
  ['/./in/./x', '/in/x'],
  ['/in/x/..', '/in/'],
  ['/in/x/.', '/in/x/'],
  ['/in/..', '/'],
  ['/in/...', '/in/...'],
  ['/in/.x', '/in/.x'],
  ['/in/..x', '/in/..x'],
  ['/in/x..', '/in/x..'],
  ['/out/%2e%2e/in/x', '/in/x'],
  ['/in/%2E/x', '/in/x'],
  ['/a//b', '/a/b'],
  ['/a/b//', '/a/b/'],
  ['///a', '/a'],
  ['//', '/'],
  ['/a/..//b', '/b'],
  ['/a%2Fb/../../c', '/c'],
  // refused
  ['/../x', undefined],
  ['/..', undefined],
  ['/a/../../x', undefined],
  ['/%2e%2e/x', undefined],
  ['//../x', undefined],
  ['/a%zz', undefined],
  ['/a%', undefined],
  ['/a%2', undefined],
  ['/%%41', undefined],
  ['/a%00b', undefined],
  ['/a\x01b', undefined],
  ['/a\x7fb', undefined],
  ['', undefined],
  ['*', undefined],
  ['a/b', undefined],
]

describe('normalizePath', () => {
  for (const [raw, matched, sent] of cases) {
    test(JSON.stringify(raw), () => {
      expect(normalizePath(raw)).toBe(matched)
      if (matched !== undefined) expect(escapePath(matched)).toBe(sent ?? matched)
    })
  }

  test('what it gives is left alone when it comes again', () => {
    // Decoded control characters would not be accepted on a request line, so only the sent form can come again.
    const accepted = cases.flatMap(([, matched]) => matched ?? [])
    expect(accepted.map((path) => normalizePath(escapePath(path)))).toEqual(accepted)
  })
})
