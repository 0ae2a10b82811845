import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import type { Server } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestGateway } from './testing/gateway.ts'

interface Pair {
  readonly cert: string
  readonly key: string
}

let folder: string
let gateway: TestGateway
let server: Server

function makePair(name: string, keyType: readonly string[]): Pair {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)]
  const request = ['req', '-x509', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert]
  execFileSync('openssl', [...request, '-newkey', ...keyType], { stdio: 'ignore' })
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}

const ec = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] as const

/** Common name and type of key of the certificate that is shown. */
async function shown(servername: string): Promise<string> {
  const { port } = server.address() as AddressInfo
  const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const certificate = new X509Certificate(socket.getPeerCertificate().raw)
  socket.destroy()
  return `${certificate.subject.replace('CN=', '')} ${certificate.publicKey.asymmetricKeyType}`
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'certificates-'))
  const fallback = makePair('fallback', ec)
  const [exact, wild, both, bothEc] = [
    makePair('exact', ec),
    makePair('wild', ec),
    makePair('both', ['rsa:2048']),
    makePair('both', ec),
  ]
  gateway = new TestGateway()
  await gateway.change({
    certificates: { exact, wild, both: { ...both, cert_alt: bothEc.cert, key_alt: bothEc.key } },
    snis: {
      1: { name: 'www.a.test', certificate: { id: 'exact' } },
      2: { name: '*.a.test', certificate: { id: 'wild' } },
      3: { name: 'right.*', certificate: { id: 'wild' } },
      4: { name: 'both.test', certificate: { id: 'both' } },
      5: { name: '*.com', certificate: { id: 'wild' } },
    },
  })
  server = createServer(
    { ...fallback, SNICallback: (name, done) => done(null, gateway.runtime!.certificate(name)) },
    (socket) => socket.end(),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

test('the name itself, then wildcards on the left and on the right, then the listener', async () => {
  const names = [
    'www.a.test',
    'WWW.A.test',
    'x.a.test',
    'x.y.a.test',
    'right.org',
    'a.test',
    'example.com',
    'x.example.com',
  ]
  expect(await Promise.all(names.map((name) => shown(name)))).toEqual([
    'exact ec',
    'exact ec',
    'wild ec',
    'fallback ec',
    'wild ec',
    'fallback ec',
    // Kong does not look for wildcards right below the top level.
    'fallback ec',
    'fallback ec',
  ])
})

test('a certificate with an alternative shows the first one', async () => {
  expect(await shown('both.test')).toBe('both rsa')
})

test('a certificate that changed is shown from then on', async () => {
  await gateway.change({ certificates: { exact: makePair('renewed', ec) } })
  expect(await shown('www.a.test')).toBe('renewed ec')
  await gateway.change({ snis: { 6: { name: '*', certificate: { id: 'wild' } } } })
  expect(await shown('anything.test')).toBe('wild ec')
})
