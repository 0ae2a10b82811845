import { expect, test } from 'vitest'
import { errorBody } from './error-bodies.ts'

const json = 'application/json; charset=utf-8'
const html = 'text/html; charset=utf-8'
const xml = 'application/xml; charset=utf-8'
const plain = 'text/plain; charset=utf-8'

// Recorded from Kong 3.9.3.
const cases: [accept: string, contentType: string][] = [
  ['application/json', json],
  ['text/html', html],
  ['application/xml', xml],
  ['text/xml', json],
  ['text/plain', plain],
  ['*/*', json],
  ['text/*', plain],
  ['application/*', json],
  ['image/png', json],
  ['application/vnd.x+json', json],
  ['text/html;q=0.2, text/plain;q=0.9', plain],
  ['text/plain, text/html', plain],
  ['application/xml;q=0.1, */*', json],
  ['text/html;level=1', html],
  ['TEXT/HTML', json],
  ['garbage', json],
  ['application/json; charset=utf-8', json],
  ['text/html;q=0', json],
  ['', json],
]

test.each(cases)('Accept: %s', (accept, contentType) => {
  expect(errorBody('m', 'id', accept).contentType).toBe(contentType)
})

test('the four forms', () => {
  const of = (accept: string) => errorBody('a <b> "c"', 'id', accept).body
  expect(JSON.parse(of('application/json'))).toEqual({ message: 'a <b> "c"', request_id: 'id' })
  expect(of('text/plain')).toBe('a <b> "c"\nrequest_id: id\n')
  expect(of('application/xml')).toContain('  <message>a &lt;b&gt; "c"</message>\n  <requestid>id</requestid>\n')
  expect(of('text/html')).toContain('    <p>a &lt;b&gt; "c".</p>\n    <p>request_id: id</p>\n')
})
