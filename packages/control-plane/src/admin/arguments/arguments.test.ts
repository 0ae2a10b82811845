import { entities, entityByName } from '@holdfast/entities'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseBody } from './body.ts'
import { inferRow } from './infer.ts'
import { parsePairs } from './url-encoded.ts'

const form = (text: string) => parseBody('application/x-www-form-urlencoded', Buffer.from(text))
const record = (body: ReturnType<typeof parseBody>) =>
  'record' in body ? structuredClone({ ...body.record }) : body.kind

describe('a form becomes a record', () => {
  const cases: [text: string, expected: unknown][] = [
    ['', {}],
    ['a=1&b=x+y%20z&c=%c3%a9&d', { a: '1', b: 'x y z', c: 'é', d: true }],
    ['a=100%&b=%zz', { a: '100%', b: '%zz' }],
    ['a=1&a=2&a=3', { a: ['1', '2', '3'] }],
    ['a[]=1&a[]=2', { a: ['1', '2'] }],
    ['a[2]=y&a[1]=x', { a: ['x', 'y'] }],
    ['a[999999999]=x&a[0]=w', { a: ['w', 'x'] }],
    ['a.b.c=1&a.b.d=2', { a: { b: { c: '1', d: '2' } } }],
    ['h[x-a]=1&h[x-b][]=2', { h: { 'x-a': '1', 'x-b': ['2'] } }],
    ['h.x-a[]=1&h.x-a[]=2', { h: { 'x-a': ['1', '2'] } }],
    ['s[1].ip=i&s[1].port=1&s[2].port=2', { s: [{ ip: 'i', port: '1' }, { port: '2' }] }],
    ['s[].ip=i&s[].port=1', { s: [{ ip: 'i', port: '1' }] }],
    ['a=1&a.b=2', { a: { b: '2' } }],
    ['.a=1&b.=2&[c]=3&d..e=4&f[=5', { '.a': '1', 'b.': '2', '[c]': '3', d: { e: '4' }, 'f[': '5' }],
  ]
  for (const [text, expected] of cases) test(text, () => expect(record(form(text))).toEqual(expected))

  test('multipart', () => {
    const body = [
      '--b;1\r\nContent-Disposition: form-data; name="name"\r\n\r\nquay\r\n',
      '--b;1\r\ncontent-disposition: form-data; name="tags[]"; filename="x"\r\nContent-Type: text/plain\r\n\r\né\r\n',
      '--b;1\r\nContent-Disposition: form-data; name=tags[]\r\n\r\n\r\n--b;1--\r\n',
    ].join('')
    const parsed = parseBody('multipart/form-data; boundary="b;1"', Buffer.from(body))
    expect(record(parsed)).toEqual({ name: 'quay', tags: ['é', ''] })
  })

  const malformed: [name: string, contentType: string, body: string][] = [
    ['no boundary', 'multipart/form-data', 'x'],
    ['no end', 'multipart/form-data; boundary=b', '--b\r\n\r\nx'],
    ['a part without a head', 'multipart/form-data; boundary=b', '--b\r\nx\r\n--b--'],
  ]
  for (const [name, contentType, body] of malformed) {
    test(`multipart: ${name}`, () => expect(parseBody(contentType, Buffer.from(body)).kind).toBe('malformed'))
  }
})

describe('values take the types of their fields', () => {
  const infer = (entity: string, text: string) => {
    const definition = entityByName(entity)
    const body = form(text)
    if (!definition || !('record' in body)) throw new Error('bad case')
    return structuredClone({ ...inferRow(body.record, definition, undefined) })
  }
  const cases: [entity: string, text: string, expected: unknown][] = [
    [
      'services',
      'port=80&name=1&enabled=true&path=&retries=x',
      { port: 80, name: '1', enabled: true, path: null, retries: 'x' },
    ],
    ['services', 'tags=a', { tags: ['a'] }],
    ['routes', 'headers.a=1&sources[1].port=5', { headers: { a: ['1'] }, sources: [{ port: 5 }] }],
    [
      'upstreams',
      'healthchecks.active.healthy.http_statuses[]=200',
      { healthchecks: { active: { healthy: { http_statuses: [200] } } } },
    ],
    ['services', 'url=http://a&colour=1', { url: 'http://a', colour: '1' }],
    ['keyauth_credentials', 'ttl=5', { ttl: 5 }],
    ['services', 'port=0x10&retries=%20', { port: 16, retries: ' ' }],
  ]
  for (const [entity, text, expected] of cases) {
    test(`${entity}: ${text}`, () => expect(infer(entity, text)).toEqual(expected))
  }
})

describe('anything at all', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom('a', '.', '[', ']', '[]', '=', '&', '%', '%41', '+', '1', '__proto__', 'constructor'),
      fc.string(),
    ),
  )

  test('a form never throws, and leaves every prototype alone', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const parsed = form(parts.join(''))
        if ('record' in parsed) for (const entity of entities) inferRow(parsed.record, entity, undefined)
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
    )
  })

  test('a plain form comes back as it was encoded', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[.[\]]/.test(text))
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, fc.string({ unit: 'grapheme' })), { selector: ([key]) => key }),
        (pairs) => {
          expect(parsePairs(new URLSearchParams(pairs).toString())).toEqual(pairs)
        },
      ),
    )
  })

  test('JSON and multipart bodies never throw', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.constantFrom('application/json', 'multipart/form-data; boundary=x', 'text/x'),
        (bytes, type) => {
          expect(parseBody(type, Buffer.from(bytes)).kind).toBeTypeOf('string')
          expect(
            parseBody(type, Buffer.concat([Buffer.from('--x\r\n'), bytes, Buffer.from('\r\n--x--')])).kind,
          ).toBeTypeOf('string')
        },
      ),
    )
  })
})
