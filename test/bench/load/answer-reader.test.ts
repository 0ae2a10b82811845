import { expect, test } from 'vitest'
import { createAnswerReader, type ReadAnswer } from './answer-reader.ts'

const BODY = '{"id":1}'
const good = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n${BODY}`
const counted: ReadAnswer = { fault: undefined, last: false }

/** Gives the text in pieces of that size, as far as the first answer. */
function read(text: string, pieceSize = text.length): { answer: ReadAnswer | undefined; midway: boolean } {
  const reader = createAnswerReader(BODY)
  for (let at = 0; at < text.length; at += pieceSize) {
    const answer = reader.push(Buffer.from(text.slice(at, at + pieceSize)))
    if (answer) return { answer, midway: reader.midway }
  }
  return { answer: undefined, midway: reader.midway }
}

const cases: [name: string, text: string, answer: ReadAnswer | undefined, midway: boolean][] = [
  ['an answer', good, counted, false],
  ['a part of a head', good.slice(0, 20), undefined, true],
  ['all but the last byte', good.slice(0, -1), undefined, true],
  ['another status', good.replace('200 OK', '503 Busy'), { fault: 'HTTP/1.1 503 Busy', last: false }, false],
  ['a redirect', good.replace('200 OK', '302 Found'), { fault: 'HTTP/1.1 302 Found', last: false }, false],
  ['another body', good.replace('1}', '2}'), { fault: '200 with another body: {"id":2}', last: false }, false],
  [
    'a shorter body',
    good.replace('8\r', '7\r').slice(0, -1),
    { fault: '200 with another body: {"id":1', last: false },
    false,
  ],
  ['lower case and no space', good.replace('Content-Length: ', 'content-length:'), counted, false],
  ['the last one', good.replace('OK\r\n', 'OK\r\nConnection: close\r\n'), { fault: undefined, last: true }, false],
  [
    'no length',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    { fault: 'an answer without Content-Length: HTTP/1.1 200 OK', last: true },
    false,
  ],
]

for (const [name, text, answer, midway] of cases) {
  test(`${name}`, () => expect(read(text)).toEqual({ answer, midway }))
  test(`${name}, byte by byte`, () => expect(read(text, 1)).toEqual({ answer, midway }))
}

test.each([good, 'x'])('more than was asked for', (rest) => {
  expect(read(good + rest)).toEqual({
    answer: { fault: 'more than was asked for after HTTP/1.1 200 OK', last: true },
    midway: false,
  })
})

test('an endless head', () => {
  expect(read('HTTP/1.1 200 OK\r\nX: '.padEnd(70_000, 'a')).answer).toEqual({ fault: 'an endless head', last: true })
})
