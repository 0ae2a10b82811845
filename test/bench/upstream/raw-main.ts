// The least server that can stand behind a gateway: one write for each request without a body, whatever it asks for.
import { createServer } from 'node:net'
import { ANSWER } from '../request.ts'

const HEAD_END = '\r\n\r\n'
const answer = response(ANSWER)
let served = 0

createServer({ noDelay: true }, (socket) => {
  let pending = ''
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1')
    let out = ''
    for (let end = pending.indexOf(HEAD_END); end >= 0; end = pending.indexOf(HEAD_END)) {
      const question = pending.startsWith('GET /_served ')
      pending = pending.slice(end + HEAD_END.length)
      if (!question) served += 1
      out += question ? response(String(served)) : answer
    }
    if (out !== '') socket.write(out, 'latin1')
  })
}).listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 1024 })

function response(body: string): string {
  return [
    'HTTP/1.1 200 OK',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Cache-Control: no-store',
    'X-Served-By: upstream-1',
    '',
    body,
  ].join('\r\n')
}
