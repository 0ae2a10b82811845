import { describe, expect, test } from 'vitest'
import { BodyDecoder } from './body-decoder.ts'
import { chunkedBody, closeDelimitedBody, type Framing } from './framing.ts'
import { headLimits } from './limits.ts'

/** Feeds `text` in pieces of `size` bytes; `undefined` if it was refused. */
function decode(framing: Framing, text: string, size: number) {
  const decoder = new BodyDecoder()
  decoder.begin(framing)
  let payload = ''
  for (let at = 0; at < text.length; at += size) {
    const bytes = Buffer.from(text.slice(at, at + size), 'latin1')
    const length = decoder.decode(bytes, 0, bytes.length)
    if (length < 0) return undefined
    payload += bytes.toString('latin1', 0, length)
    if (decoder.done) return { payload, rest: text.slice(at + decoder.position), trailers: decoder.trailers }
  }
  return { payload, rest: undefined, trailers: '' }
}

const sizes = [1, 2, 3, 5, 7, 1000]

describe('chunked, accepted', () => {
  const cases: [name: string, text: string, payload: string, rest: string | undefined, trailers: string][] = [
    ['nothing', '0\r\n\r\n', '', '', ''],
    ['one chunk', '5\r\nhello\r\n0\r\n\r\n', 'hello', '', ''],
    ['several', '1\r\na\r\n2\r\nbc\r\n003\r\ndef\r\n0\r\n\r\n', 'abcdef', '', ''],
    ['hexadecimal in both cases', 'A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n', '01234567890123456789a', '', ''],
    ['extensions', '1;a=b;c="d"\r\nx\r\n0;last\r\n\r\n', 'x', '', ''],
    ['trailers', '1\r\nx\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n', 'x', '', 'X-Sum: 1\r\nY: 2\r\n'],
    ['framing and routing are no trailers', '0\r\nHost: b\r\nX: 1\r\nContent-Length: 5\r\n\r\n', '', '', 'X: 1\r\n'],
    ['bytes of the next message stay', '1\r\nx\r\n0\r\n\r\nGET /', 'x', 'GET /', ''],
    ['line ends in the data', '4\r\n\r\n\r\n\r\n0\r\n\r\n', '\r\n\r\n', '', ''],
    ['not ended', '5\r\nhel', 'hel', undefined, ''],
  ]
  test.each(cases)('%s', (_, text, payload, rest, trailers) => {
    for (const size of sizes)
      expect(decode(chunkedBody, text, size)).toEqual({
        payload,
        rest: rest === undefined ? undefined : text.slice(text.length - rest.length),
        trailers,
      })
  })
})

describe('chunked, refused', () => {
  const cases: [name: string, text: string][] = [
    ['no size', '\r\nx'],
    ['not hexadecimal', 'g\r\n'],
    ['a sign', '+1\r\nx\r\n'],
    ['0x', '0x1\r\nx\r\n'],
    ['space before the size', ' 1\r\nx\r\n'],
    ['space after the size', '1 \r\nx\r\n'],
    ['bare LF after the size', '1\nx\r\n'],
    ['bare LF after the data', '1\r\nx\n0\r\n\r\n'],
    ['two CRs after the size', '1\r\r\nx'],
    ['data longer than its size', '1\r\nxy\r\n'],
    ['a size of nine digits', '100000000\r\n'],
    ['an extension that is too long', `1;${'a'.repeat(headLimits.chunkExtension + 1)}\r\n`],
    ['a control character in an extension', '1;a\0\r\nx'],
    ['bare LF in an extension', '1;a\nx'],
    ['bare LF in trailers', '0\r\nX: 1\n\r\n'],
    ['bare LF as the end', '0\r\n\n'],
    ['a trailer without colon', '0\r\nnonsense\r\n\r\n'],
    ['a folded trailer', '0\r\nX: 1\r\n y\r\n\r\n'],
    ['trailers that are too long', `0\r\nX: ${'a'.repeat(headLimits.trailers)}\r\n\r\n`],
  ]
  test.each(cases)('%s', (_, text) => {
    for (const size of sizes) expect(decode(chunkedBody, text, size)).toBeUndefined()
  })
})

test('a body of known length ends where it must', () => {
  for (const size of sizes) {
    expect(decode({ kind: 'length', length: 3 }, 'abcGET', size)).toEqual({ payload: 'abc', rest: 'GET', trailers: '' })
  }
})

test('a body that ends with the connection is done only then', () => {
  const decoder = new BodyDecoder()
  decoder.begin(closeDelimitedBody)
  expect(decoder.decode(Buffer.from('abc'), 0, 3)).toBe(3)
  expect(decoder.done).toBe(false)
  expect(decoder.endOfInput()).toBe(true)
})

test('the end of input inside a body of known length is no end', () => {
  const decoder = new BodyDecoder()
  decoder.begin({ kind: 'length', length: 5 })
  decoder.decode(Buffer.from('abc'), 0, 3)
  expect(decoder.endOfInput()).toBe(false)
})
