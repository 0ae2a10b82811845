import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { announcedFraming, noBody } from './framing.ts'
import { BodyDecoder } from './body-decoder.ts'
import { requestScan, scanRequestHead } from './request-head.ts'

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

let server: Server
let seen: Seen[] = []

beforeAll(async () => {
  server = createServer({ insecureHTTPParser: false, maxHeaderSize: 64 * 1024 }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const headers: [string, string][] = []
      for (let i = 0; i < request.rawHeaders.length; i += 2)
        headers.push([request.rawHeaders[i]!, request.rawHeaders[i + 1]!])
      seen.push({ method: request.method!, url: request.url!, headers, body: Buffer.concat(chunks).toString('latin1') })
      response.end()
    })
  })
  server.on('clientError', (_, socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

/** What Node's own parser makes of the bytes: every request it took whole. */
async function nodeReads(text: string): Promise<Seen[]> {
  seen = []
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => undefined)
  socket.resume()
  socket.end(Buffer.from(text, 'latin1'))
  await new Promise((resolve) => socket.once('close', resolve))
  return seen
}

/** What ours makes of the first request; undefined if it is refused or not whole. */
function weRead(text: string): (Seen & { rest: string }) | undefined {
  const bytes = Buffer.from(text, 'latin1')
  const head = scanRequestHead(bytes, 0, bytes.length)
  if (typeof head === 'number') return undefined
  const framing = announcedFraming(head.lines, head.http11) ?? noBody
  if (typeof framing === 'string') return undefined
  const start = requestScan.bodyStart
  const headers = [...head.lines.entries()]
  const decoder = new BodyDecoder()
  decoder.begin(framing)
  const length = decoder.decode(bytes, start, bytes.length)
  if (length < 0 || !decoder.done) return undefined
  return {
    method: head.method,
    url: head.target,
    headers,
    body: bytes.toString('latin1', start, start + length),
    rest: text.slice(decoder.position === start ? start : decoder.position),
  }
}

const token = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/)
const value = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e\t]{0,20}[\x21-\x7e])?$/)
const body = fc.stringMatching(/^[a-z\r\n]{0,40}$/)
const header = fc
  .tuple(token, value)
  .filter(([name]) => !/^(content-length|transfer-encoding|connection|upgrade|expect|host)$/i.test(name))
const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH')
const target = fc.stringMatching(/^\/[a-z0-9./_~%-]{0,20}(\?[a-z0-9=&./-]{0,10})?$/)

const request = fc
  .record({
    method,
    target,
    headers: fc.array(header, { maxLength: 6 }),
    body,
    cut: fc.nat(40),
    framing: fc.constantFrom('none', 'length', 'chunked'),
  })
  .map((r) => {
    const lines = ['Host: a.test', ...r.headers.map(([n, v]) => `${n}: ${v}`)]
    let payload = ''
    if (r.framing === 'length') {
      lines.push(`Content-Length: ${r.body.length}`)
      payload = r.body
    } else if (r.framing === 'chunked') {
      lines.push('Transfer-Encoding: chunked')
      const pieces = [r.body.slice(0, r.cut), r.body.slice(r.cut)].filter((piece) => piece !== '')
      payload = `${pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('')}0\r\n\r\n`
    }
    return `${r.method} ${r.target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${payload}`
  })

/** Small damage of the kind that smuggling lives on. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  put: fc.constantFrom(
    '\r',
    '\n',
    '\0',
    ' ',
    '\t',
    ':',
    '\x0b',
    '0',
    '\xa0',
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    '\r\n',
    '\r\n ',
    ';',
    'x',
    '',
  ),
  remove: fc.nat(2),
})

function apply(text: string, damages: readonly { at: number; put: string; remove: number }[]): string {
  let result = text
  for (const { at, put, remove } of damages) {
    const position = Math.floor(at * result.length)
    result = result.slice(0, position) + put + result.slice(position + remove)
  }
  return result
}

test("what is well-formed is read as Node's parser reads it", async () => {
  await fc.assert(
    fc.asyncProperty(request, async (text) => {
      const ours = weRead(text)
      const [theirs] = await nodeReads(text)
      expect(ours).toBeDefined()
      expect({ ...ours, rest: undefined }).toEqual({ ...theirs, rest: undefined })
      expect(ours!.rest).toBe('')
    }),
    { numRuns: 300 },
  )
})

test('what is damaged is refused, or read as Node reads it', async () => {
  await fc.assert(
    fc.asyncProperty(request, fc.array(damage, { minLength: 1, maxLength: 3 }), async (text, damages) => {
      const bytes = apply(text, damages)
      const ours = weRead(bytes)
      if (!ours) return
      const [theirs] = await nodeReads(bytes)
      // Node also judges the target, the method's name and Connection, which are not the scanner's business.
      if (!theirs) return
      expect({ method: ours.method, body: ours.body, headers: ours.headers }).toEqual({
        method: theirs.method,
        body: theirs.body,
        headers: theirs.headers.filter(([name]) => !/[^\w-]/.test(name)),
      })
    }),
    { numRuns: 1500 },
  )
})

test('nothing that arrives makes it throw', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(request, fc.string({ unit: 'binary', maxLength: 30 })), { maxLength: 3 }),
      fc.array(damage, { maxLength: 4 }),
      (parts, damages) => {
        const text = Buffer.from(apply(parts.join(''), damages), 'latin1').toString('latin1')
        expect(() => weRead(text)).not.toThrow()
      },
    ),
    { numRuns: 3000 },
  )
})
