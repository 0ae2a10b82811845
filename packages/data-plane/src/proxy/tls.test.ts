import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect as connectTls, createSecureContext, createServer, type TLSSocket } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTcp, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, RawClient } from './testing/raw-client.ts'
import { startRawUpstream } from './testing/raw-upstream.ts'
import { testRuntime } from './testing/runtime.ts'
import { startTestProxy } from './testing/server.ts'

interface KeyPair {
  readonly cert: string
  readonly key: string
}
let folder: string
const pairs: Record<string, KeyPair> = {}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'))
  for (const name of ['default.test', 'sni.test', 'service.test', 'client.test']) {
    const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)]
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        '-addext',
        `subjectAltName=DNS:${name}`,
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    )
    pairs[name] = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

async function askTls(
  port: number,
  servername: string,
  request: string,
): Promise<{ text: string; subject: string; protocol: string | false | null }> {
  const socket: TLSSocket = connectTls({
    port,
    host: '127.0.0.1',
    servername,
    rejectUnauthorized: false,
    ALPNProtocols: ['h2', 'http/1.1'],
  })
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  await new Promise((resolve) => socket.once('secureConnect', resolve))
  const subject = String(socket.getPeerCertificate().subject.CN)
  socket.write(request)
  await new Promise((resolve) => socket.once('close', resolve))
  return { text, subject, protocol: socket.alpnProtocol }
}

test('a TLS listener shows the certificate of the name, speaks HTTP/1.1 and tells the service', async () => {
  await using upstream = await startRawUpstream()
  const sni: string[] = []
  const context = createSecureContext(pairs['sni.test']!)
  const base = testRuntime([
    { ports: [upstream.port], chain: { access: [({ request }) => void sni.push(request.scheme)] } },
  ])
  const runtime = { ...base, certificate: (name: string) => (name === 'sni.test' ? context : undefined) }
  const { cert, key } = pairs['default.test']!
  const proxy = await startTestProxy(runtime, { sslCert: cert, sslCertKey: key }, {}, { ssl: true })
  const request = 'GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
  const named = await askTls(proxy.ports[0]!, 'sni.test', request)
  expect(named).toMatchObject({
    subject: 'sni.test',
    protocol: 'http/1.1',
    text: expect.stringMatching(/^HTTP\/1\.1 200 OK\r\n[^]*ok$/),
  })
  expect((await askTls(proxy.ports[0]!, 'other.test', request)).subject).toBe('default.test')
  expect(upstream.seen[0]!.headers).toMatchObject({ 'x-forwarded-proto': 'https' })
  expect(sni).toEqual(['https', 'https'])
  await proxy.drain(100)
})

test('a TLS listener refuses TLS 1.1 and survives bytes that are no TLS', async () => {
  const { cert, key } = pairs['default.test']!
  const proxy = await startTestProxy(testRuntime([]), { sslCert: cert, sslCertKey: key }, {}, { ssl: true })
  await expect(ask(proxy.ports[0]!, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).rejects.toThrow()
  const socket = connectTls({
    port: proxy.ports[0]!,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  })
  await expect(new Promise((_, reject) => socket.once('error', reject))).rejects.toThrow()
  await proxy.drain(100)
})

test('https services: SNI, verification, client certificate, reuse', async () => {
  const seen: { servername: unknown; client: string | undefined; text: string }[] = []
  let connections = 0
  const { cert, key } = pairs['service.test']!
  const server = createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (socket) => {
    connections++
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      seen.push({
        servername: socket.servername,
        client: socket.getPeerCertificate()?.subject?.CN as string | undefined,
        text: chunk.toString(),
      })
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const peer = { name: 'service.test', ip: '127.0.0.1', port, hostHeader: `service.test:${port}` }
  const pick = () => ({ peer })
  const loose = { verify: false, verifyDepth: undefined, ca: undefined, client: pairs['client.test']! }
  const strict = { verify: true, verifyDepth: 1, ca: [pairs['service.test']!.cert], client: undefined }
  const wrong = { verify: true, verifyDepth: undefined, ca: [pairs['client.test']!.cert], client: undefined }
  const proxy = await startTestProxy(
    testRuntime([
      { path: '/loose', ports: [], pick, tls: loose },
      { path: '/strict', ports: [], pick, tls: strict },
      { path: '/wrong', ports: [], pick, tls: wrong, retries: 1 },
      { path: '/named', ports: [], pick, tls: strict, row: { preserve_host: true } },
    ]),
  )
  const get = (path: string) => ask(proxy.ports[0]!, `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`)
  expect((await get('/loose')).body).toBe('ok')
  expect((await get('/loose')).body).toBe('ok')
  expect(connections).toBe(1)
  expect((await get('/strict')).body).toBe('ok')
  expect(seen.map(({ servername, client }) => [servername, client])).toEqual([
    ['service.test', 'client.test'],
    ['service.test', 'client.test'],
    ['service.test', undefined],
  ])
  expect((await get('/wrong')).status).toBe(502)
  // The name asked for is the host that is sent, so a kept host that the certificate does not carry fails.
  expect((await get('/named')).status).toBe(502)
  expect(seen.length).toBe(3)
  await proxy.drain(100)
  server.close()
})

test('the PROXY protocol tells who the client is, with TLS and without', async () => {
  await using upstream = await startRawUpstream()
  const { cert, key } = pairs['default.test']!
  const header = 'PROXY TCP4 203.0.113.9 127.0.0.1 4242 443\r\n'
  const request = 'GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
  const settings = { sslCert: cert, sslCertKey: key, trustedIps: ['127.0.0.1'], realIpHeader: 'proxy_protocol' }
  const runtime = testRuntime([{ ports: [upstream.port] }])
  const plain = await startTestProxy(runtime, settings, {}, { proxyProtocol: true })
  await using client = await RawClient.open(plain.ports[0]!)
  client.send(header.slice(0, 10))
  await new Promise((resolve) => setTimeout(resolve, 20))
  client.send(header.slice(10) + request)
  expect((await client.answer()).status).toBe(200)
  await using stranger = await RawClient.open(plain.ports[0]!)
  stranger.send(request)
  expect(await stranger.end()).toBe('')
  const secure = await startTestProxy(runtime, settings, {}, { proxyProtocol: true, ssl: true })
  const socket = connectTcp({ port: secure.ports[0]!, host: '127.0.0.1' })
  socket.write(header)
  const tls = connectTls({ socket, servername: 'default.test', rejectUnauthorized: false })
  let text = ''
  tls.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  tls.write(request)
  await new Promise((resolve) => tls.once('close', resolve))
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(upstream.seen.map(({ headers }) => [headers['x-real-ip'], headers['x-forwarded-proto']])).toEqual([
    ['203.0.113.9', 'http'],
    ['203.0.113.9', 'https'],
  ])
  await plain.drain(100)
  await secure.drain(100)
})
