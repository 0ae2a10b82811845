import { X509Certificate, createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import tls, { type TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import {
  CLUSTER_NAME,
  createAuthority,
  createClusterCertificate,
  createServerCertificate,
  issueNodeCertificate,
  type KeyedCertificate,
} from './index.ts'

const [shared, otherShared, authority, otherAuthority] = await Promise.all([
  createClusterCertificate(),
  createClusterCertificate(),
  createAuthority('Test CA'),
  createAuthority('Test CA'),
])
const [controlPlane, dataPlane, foreignDataPlane, defaultServer] = await Promise.all([
  issueNodeCertificate(authority, { commonName: 'cp.example', altNames: ['cp.example', '10.0.0.1'], usage: 'server' }),
  issueNodeCertificate(authority, { commonName: 'dp-1', usage: 'client' }),
  issueNodeCertificate(otherAuthority, { commonName: 'dp-1', usage: 'client' }),
  createServerCertificate('gateway.example'),
])

interface Side extends KeyedCertificate {
  readonly ca: string
}

/** Whether the two sides accept each other over real TLS. */
async function handshake(
  server: Side,
  client: Side | undefined,
  ca: string,
  servername: string,
): Promise<'accepted' | 'refused'> {
  const listener = tls.createServer({
    cert: server.certificate,
    key: server.key,
    ca: server.ca,
    requestCert: true,
    rejectUnauthorized: true,
  })
  listener.on('secureConnection', (socket: TLSSocket) => socket.on('error', () => {}).end('hello'))
  listener.on('tlsClientError', () => {})
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  try {
    return await new Promise((resolve) => {
      const socket = tls.connect({
        port,
        host: '127.0.0.1',
        servername,
        ca,
        ...(client && { cert: client.certificate, key: client.key }),
      })
      socket.on('error', () => resolve('refused'))
      socket.on('data', () => resolve('accepted'))
      socket.on('close', () => resolve('refused'))
    })
  } finally {
    listener.close()
  }
}

const by = (pair: KeyedCertificate, ca: KeyedCertificate): Side => ({ ...pair, ca: ca.certificate })

test.each([
  // given                                 control plane                   data plane                                ca the client trusts    name           expect
  ['shared certificate', by(shared, shared), by(shared, shared), shared, CLUSTER_NAME, 'accepted'],
  ['another shared certificate', by(shared, shared), by(otherShared, shared), shared, CLUSTER_NAME, 'refused'],
  ['no client certificate', by(shared, shared), undefined, shared, CLUSTER_NAME, 'refused'],
  [
    'a control plane with another shared one',
    by(otherShared, shared),
    by(shared, shared),
    shared,
    CLUSTER_NAME,
    'refused',
  ],
  ['pki by name', by(controlPlane, authority), by(dataPlane, authority), authority, 'cp.example', 'accepted'],
  ['pki, wrong name', by(controlPlane, authority), by(dataPlane, authority), authority, 'cp.other', 'refused'],
  [
    'pki, a node of an authority of the same name',
    by(controlPlane, authority),
    by(foreignDataPlane, authority),
    authority,
    'cp.example',
    'refused',
  ],
  [
    'a data plane posing as a control plane',
    by(dataPlane, authority),
    by(dataPlane, authority),
    authority,
    'dp-1',
    'refused',
  ],
  [
    'a control plane posing as a data plane',
    by(controlPlane, authority),
    by(controlPlane, authority),
    authority,
    'cp.example',
    'refused',
  ],
] as const)('%s', async (_, server, client, ca, name, expected) => {
  expect(await handshake(server, client, ca.certificate, name)).toBe(expected)
})

test.each([
  ['cluster', shared, 'CN=kong_clustering', 'DNS:kong_clustering', false],
  ['authority', authority, 'CN=Test CA', undefined, true],
  ['control plane', controlPlane, 'CN=cp.example', 'DNS:cp.example, IP Address:10.0.0.1', false],
  ['data plane', dataPlane, 'CN=dp-1', undefined, false],
  [
    'default server',
    defaultServer,
    'CN=localhost',
    'DNS:localhost, DNS:gateway.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    false,
  ],
] as const)('the %s certificate says what it should', (_, pair, subject, altNames, ca) => {
  const certificate = new X509Certificate(pair.certificate)
  expect(certificate.subject).toBe(subject)
  expect(certificate.subjectAltName).toBe(altNames)
  expect(certificate.ca).toBe(ca)
  expect(certificate.checkPrivateKey(createPrivateKey(pair.key))).toBe(true)
  expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now())
  expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + 300 * 86_400_000)
  expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/)
})

test('days are honoured', async () => {
  const { validTo } = new X509Certificate((await createClusterCertificate(2)).certificate)
  expect(Math.round((Date.parse(validTo) - Date.now()) / 3_600_000)).toBe(48)
})
