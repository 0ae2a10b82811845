import { describe, expect, test } from 'vitest'
import { headLimits } from './limits.ts'
import { scanVerdict } from './header-scan.ts'
import { scanRequestHead } from './request-head.ts'

function scan(text: string) {
  const bytes = Buffer.from(text, 'latin1')
  return scanRequestHead(bytes, 0, bytes.length)
}

const host = 'Host: a.test\r\n\r\n'

describe('accepted', () => {
  const cases: [name: string, head: string, expected: object][] = [
    [
      'the least',
      `GET / HTTP/1.1\r\n${host}`,
      { method: 'GET', target: '/', http11: true, plainPath: true, queryAt: -1 },
    ],
    ['HTTP/1.0 without headers', 'GET / HTTP/1.0\r\n\r\n', { http11: false }],
    [
      'a query',
      `POST /a?b=c?d HTTP/1.1\r\n${host}`,
      { method: 'POST', target: '/a?b=c?d', queryAt: 2, plainPath: true },
    ],
    ['dots and slashes in a query change nothing', `GET /a?b//../%41 HTTP/1.1\r\n${host}`, { plainPath: true }],
    ['an escape needs normalising', `GET /%41 HTTP/1.1\r\n${host}`, { plainPath: false }],
    ['a doubled slash needs normalising', `GET /a//b HTTP/1.1\r\n${host}`, { plainPath: false }],
    ['a dot segment needs normalising', `GET /a/../b HTTP/1.1\r\n${host}`, { plainPath: false }],
    ['a dot inside a segment does not', `GET /a.b/c.d HTTP/1.1\r\n${host}`, { plainPath: true }],
    ['a raw high byte needs normalising', `GET /\xe9 HTTP/1.1\r\n${host}`, { plainPath: false }],
    ['absolute form', `GET http://b.test/x HTTP/1.1\r\n${host}`, { target: 'http://b.test/x' }],
    ['a method with underscore', `M_SEARCH /x HTTP/1.1\r\n${host}`, { method: 'M_SEARCH' }],
  ]
  test.each(cases)('%s', (_, head, expected) => {
    expect(scan(head)).toMatchObject(expected)
  })

  test('header lines keep their spelling and lose the space around values', () => {
    const head = scan('GET / HTTP/1.1\r\nHost:a.test\r\nX-One: \t one two \t\r\nx-one:\r\nX-H: \xe9\r\n\r\n')
    if (typeof head === 'number') throw new Error(`refused: ${head}`)
    expect([...head.lines.entries()]).toEqual([
      ['Host', 'a.test'],
      ['X-One', 'one two'],
      ['x-one', ''],
      ['X-H', '\xe9'],
    ])
    expect(head.lines.get('x-one')).toBe('one two')
    expect(head.lines.values('x-one')).toEqual(['one two', ''])
    expect(head.lines.get('x-none')).toBeUndefined()
  })

  test('names with characters that nginx does not take are left out, underscores are not', () => {
    const head = scan('GET / HTTP/1.1\r\nX.Dot: 1\r\nX~T!: 2\r\nx_y: 3\r\nHost: a.test\r\n\r\n')
    if (typeof head === 'number') throw new Error(`refused: ${head}`)
    expect([...head.lines.entries()]).toEqual([
      ['x_y', '3'],
      ['Host', 'a.test'],
    ])
    expect(head.lines.get('x.dot')).toBeUndefined()
  })
})

describe('refused', () => {
  const { bad, lineTooLong, headTooLarge, version } = scanVerdict
  const long = 'a'.repeat(headLimits.line)
  const cases: [name: string, head: string, verdict: number][] = [
    ['a bare LF after the request line', `GET / HTTP/1.1\n${host}`, bad],
    ['a bare LF after a header', 'GET / HTTP/1.1\r\nHost: a\n\r\n', bad],
    ['a bare LF at the end', 'GET / HTTP/1.1\r\nHost: a\r\n\n', bad],
    ['a bare CR in a value', 'GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n', bad],
    ['two CRs', 'GET / HTTP/1.1\r\nHost: a\r\r\n\r\n', bad],
    ['a folded line', 'GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n', bad],
    ['a line folded with a tab', 'GET / HTTP/1.1\r\nX: a\r\n\tb\r\n\r\n', bad],
    ['NUL in a value', 'GET / HTTP/1.1\r\nX: a\0b\r\n\r\n', bad],
    ['NUL in a name', 'GET / HTTP/1.1\r\nX\0: a\r\n\r\n', bad],
    ['DEL in a value', 'GET / HTTP/1.1\r\nX: a\x7f\r\n\r\n', bad],
    ['space before the colon', 'GET / HTTP/1.1\r\nX : a\r\n\r\n', bad],
    ['no name', 'GET / HTTP/1.1\r\n: a\r\n\r\n', bad],
    ['no colon', 'GET / HTTP/1.1\r\nnonsense\r\n\r\n', bad],
    ['space in a name', 'GET / HTTP/1.1\r\nX Y: a\r\n\r\n', bad],
    ['a high byte in a name', 'GET / HTTP/1.1\r\nX\xe9: a\r\n\r\n', bad],
    ['two spaces before the target', `GET  / HTTP/1.1\r\n${host}`, bad],
    ['two spaces after the target', `GET /  HTTP/1.1\r\n${host}`, bad],
    ['a tab after the method', `GET\t/ HTTP/1.1\r\n${host}`, bad],
    ['no target', `GET HTTP/1.1\r\n${host}`, bad],
    ['no version', `GET /\r\n${host}`, bad],
    ['a lower-case method', `get / HTTP/1.1\r\n${host}`, bad],
    ['a method that is too long', `${'A'.repeat(33)} / HTTP/1.1\r\n${host}`, bad],
    ['an empty method', ` / HTTP/1.1\r\n${host}`, bad],
    ['a fragment', `GET /#a HTTP/1.1\r\n${host}`, bad],
    ['a control character in the target', `GET /\x01 HTTP/1.1\r\n${host}`, bad],
    ['lower-case http', `GET / http/1.1\r\n${host}`, bad],
    ['text after the version', `GET / HTTP/1.1 \r\n${host}`, bad],
    ['a version of two digits', `GET / HTTP/1.10\r\n${host}`, bad],
    ['HTTP/0.9', `GET / HTTP/0.9\r\n${host}`, version],
    ['HTTP/1.2', `GET / HTTP/1.2\r\n${host}`, version],
    ['HTTP/2.0', `GET / HTTP/2.0\r\n${host}`, version],
    ['a target that is too long', `GET /${long} HTTP/1.1\r\n${host}`, lineTooLong],
    ['a header line that is too long', `GET / HTTP/1.1\r\nX: ${long}\r\n\r\n`, headTooLarge],
    ['a head that is too long', `GET / HTTP/1.1\r\n${`X: ${'a'.repeat(8000)}\r\n`.repeat(5)}\r\n`, headTooLarge],
    ['too many headers', `GET / HTTP/1.1\r\n${'a:\r\n'.repeat(headLimits.headers + 1)}\r\n`, headTooLarge],
  ]
  test.each(cases)('%s', (_, head, verdict) => {
    expect(scan(head)).toBe(verdict)
  })
})

test('every prefix of a good head asks for more', () => {
  const head = 'GET /a/b?c=d HTTP/1.1\r\nHost: a.test\r\nX-Y: z\r\n\r\n'
  for (let length = 0; length < head.length; length++) expect(scan(head.slice(0, length))).toBe(scanVerdict.more)
  expect(typeof scan(head)).toBe('object')
})

test('a head that never ends is refused once it is too long', () => {
  expect(scan(`GET / HTTP/1.1\r\nX: ${'a'.repeat(headLimits.line)}`)).toBe(scanVerdict.headTooLarge)
  expect(scan(`GET /${'a'.repeat(headLimits.line)}`)).toBe(scanVerdict.lineTooLong)
})
