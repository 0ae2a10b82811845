import { describe, expect, test } from 'vitest'
import { readProxyHeader } from './proxy-protocol.ts'

const signature = '\r\n\r\n\0\r\nQUIT\n'
const v4 = `${signature}\x21\x11\0\x0c\xcb\0\x71\x09\x7f\0\0\x01\x10\x92\x01\xbb`
const v6 = `${signature}\x21\x21\0\x24${`\x20\x01\x0d\xb8${'\0'.repeat(11)}\x01`.repeat(2)}\x10\x92\x01\xbb`

describe('read', () => {
  const cases: [name: string, bytes: string, expected: object | string][] = [
    ['text, IPv4', 'PROXY TCP4 203.0.113.9 127.0.0.1 4242 443\r\nGET', { ip: '203.0.113.9', port: 4242, length: 43 }],
    ['text, IPv6', 'PROXY TCP6 2001:db8::1 ::1 4242 443\r\n', { ip: '2001:db8::1', port: 4242 }],
    ['text, unknown', 'PROXY UNKNOWN\r\n', { ip: undefined, length: 15 }],
    ['binary, IPv4', `${v4}GET`, { ip: '203.0.113.9', port: 4242, length: 28 }],
    ['binary, IPv6', v6, { ip: '2001:db8:0:0:0:0:0:1', port: 4242, length: 52 }],
    ['binary, local', `${signature}\x20\0\0\0`, { ip: undefined, length: 16 }],
    ['nothing yet', '', 'more'],
    ['the beginning of text', 'PROXY TCP4 1', 'more'],
    ['the beginning of binary', v4.slice(0, 20), 'more'],
    ['a request', 'GET / HTTP/1.1\r\n', 'bad'],
    ['families that differ', 'PROXY TCP4 ::1 ::1 1 2\r\n', 'bad'],
    ['no addresses', 'PROXY TCP4\r\n', 'bad'],
    ['a port that is none', 'PROXY TCP4 1.1.1.1 1.1.1.1 99999 1\r\n', 'bad'],
    ['text without end', `PROXY TCP4 ${'1'.repeat(120)}`, 'bad'],
    ['another version', `${signature}\x31\x11\0\x0c${'\0'.repeat(12)}`, 'bad'],
    ['addresses that are too short', `${signature}\x21\x11\0\x04\0\0\0\0`, 'bad'],
    ['too long', `${signature}\x21\x11\xff\xff`, 'bad'],
  ]
  test.each(cases)('%s', (_, text, expected) => {
    const read = readProxyHeader(Buffer.from(text, 'latin1'))
    if (typeof expected === 'string') expect(read).toBe(expected)
    else expect(read).toMatchObject(expected)
  })
})

test('every prefix asks for more', () => {
  for (const whole of ['PROXY TCP4 203.0.113.9 127.0.0.1 4242 443\r\n', v4, v6]) {
    const bytes = Buffer.from(whole, 'latin1')
    for (let length = 0; length < bytes.length; length++)
      expect(readProxyHeader(bytes.subarray(0, length))).toBe('more')
  }
})
