import { describe, expect, test } from 'vitest'
import { scanVerdict } from './header-scan.ts'
import { scanResponseHead } from './response-head.ts'

function scan(text: string, toHead = false) {
  const bytes = Buffer.from(text, 'latin1')
  return scanResponseHead(bytes, 0, bytes.length, toHead)
}

describe('accepted', () => {
  const cases: [name: string, head: string, expected: object][] = [
    [
      'a length',
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n',
      { status: 200, statusText: '200 OK', framing: { kind: 'length', length: 3 }, keepAlive: true },
    ],
    ['chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n', { framing: { kind: 'chunked' } }],
    ['neither: until the end', 'HTTP/1.1 200 OK\r\n\r\n', { framing: { kind: 'close' } }],
    ['204 has no body', 'HTTP/1.1 204 No Content\r\n\r\n', { framing: { kind: 'none' } }],
    [
      '304 has none even with a length',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
      { framing: { kind: 'none' } },
    ],
    ['100 has none', 'HTTP/1.1 100 Continue\r\n\r\n', { status: 100, framing: { kind: 'none' } }],
    ['own words', 'HTTP/1.1 299 Just so \xe9\r\n\r\n', { statusText: '299 Just so \xe9' }],
    ['no reason phrase', 'HTTP/1.1 200\r\n\r\n', { statusText: '200' }],
    ['an empty reason phrase', 'HTTP/1.1 200 \r\n\r\n', { statusText: '200 ' }],
    ['HTTP/1.0 closes', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', { http11: false, keepAlive: false }],
    [
      'HTTP/1.0 keep-alive',
      'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n',
      { keepAlive: true },
    ],
    ['Connection: close', 'HTTP/1.1 200 OK\r\nConnection: X, Close\r\nContent-Length: 0\r\n\r\n', { keepAlive: false }],
  ]
  test.each(cases)('%s', (_, head, expected) => {
    expect(scan(head)).toMatchObject(expected)
  })
  test('an answer to HEAD has no body', () => {
    expect(scan('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', true)).toMatchObject({ framing: { kind: 'none' } })
  })
})

describe('refused', () => {
  const cases: [name: string, head: string][] = [
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n'],
    ['a list of lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\n'],
    ['length and coding', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['two codings', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['an unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    ['a coding in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['HTTP/2', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['status below 100', 'HTTP/1.1 099 No\r\n\r\n'],
    ['bare LF', 'HTTP/1.1 200 OK\n\r\n\r\n'],
    ['a folded line', 'HTTP/1.1 200 OK\r\nX: 1\r\n y\r\n\r\n'],
    ['not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ]
  test.each(cases)('%s', (_, head) => {
    expect(scan(head)).toBe(scanVerdict.bad)
  })
})

test('every prefix of a good head asks for more', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-Y: z\r\n\r\n'
  for (let length = 0; length < head.length; length++) expect(scan(head.slice(0, length))).toBe(scanVerdict.more)
})
