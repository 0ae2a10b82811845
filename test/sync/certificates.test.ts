import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createHub } from '@holdfast/control-plane/hub'
import { createAuthority, createClusterCertificate, issueNodeCertificate } from '@holdfast/control-plane/pki'
import type { KeyedCertificate } from '@holdfast/control-plane/pki'
import { encodeFrame, limits, syncPath } from '@holdfast/sync'
import type { Message } from '@holdfast/sync'
import { WebSocket, WebSocketServer } from 'ws'
import { until } from '../support/until.ts'
import { MemoryFleetStore, TestFleet, memoryLog, sourceOf } from './fleet.ts'
import type { CertificateFiles, DataPlane } from './fleet.ts'
import { MemoryChangeLog } from './memory-change-log.ts'

const serverName = 'cp.example'
let shared: KeyedCertificate
let otherShared: KeyedCertificate
let oldCa: KeyedCertificate
let newCa: KeyedCertificate
/** By CA and kind of node. */
let issued: Record<'oldServer' | 'newServer' | 'oldClient' | 'newClient' | 'strangeClient', KeyedCertificate>

beforeAll(async () => {
  ;[shared, otherShared, oldCa, newCa] = await Promise.all([
    createClusterCertificate(),
    createClusterCertificate(),
    createAuthority('Old CA'),
    createAuthority('New CA'),
  ])
  const server = { commonName: serverName, altNames: [serverName], usage: 'server' } as const
  const client = { commonName: 'dp.edge', usage: 'client' } as const
  const strange = await createAuthority('Old CA')
  const [oldServer, newServer, oldClient, newClient, strangeClient] = await Promise.all([
    issueNodeCertificate(oldCa, server),
    issueNodeCertificate(newCa, server),
    issueNodeCertificate(oldCa, client),
    issueNodeCertificate(newCa, client),
    issueNodeCertificate(strange, client),
  ])
  issued = { oldServer, newServer, oldClient, newClient, strangeClient }
})

let fleet: TestFleet
beforeEach(() => {
  fleet = new TestFleet()
  fleet.changeLog.put('consumers', { id: 'a', username: 'a' })
})
afterEach(() => fleet.end())

async function arrived(plane: DataPlane): Promise<void> {
  const { digest } = await fleet.changeLog.head()
  await until('the data plane to arrive', () => plane.replica.standing.digest === digest)
}

async function refused(plane: DataPlane): Promise<string> {
  const message = await until('an error', () => plane.client.state().lastError?.message)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(plane.client.state().controlPlane).toBeNull()
  expect(plane.replica.standing.revision).toBe(0)
  return message
}

/** Everything that a connection gets after the TLS handshake, when it sends a request for the protocol's path. */
function answerTo(port: number, options: ConnectionOptions, path = syncPath): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
    socket.on('data', (data) => (answer += data.toString('latin1')))
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    setTimeout(() => socket.destroy(), 500)
  })
}

describe('shared', () => {
  test('who has another certificate, or none, gets nothing', async () => {
    const files = fleet.write('shared', shared)
    const { port, hub } = await fleet.controlPlane({ files })
    expect(await answerTo(port, {})).toBe('')
    expect(await answerTo(port, { cert: otherShared.certificate, key: otherShared.key })).toBe('')
    expect(await answerTo(port, { cert: shared.certificate, key: shared.key })).toContain('101 Switching Protocols')
    expect(await answerTo(port, { cert: shared.certificate, key: shared.key }, '/v1/outlet')).toContain('404 Not Found')
    expect(await hub.fleet()).toEqual([])
    const plane = await fleet.dataPlane({ source: sourceOf(port, fleet.write('other', otherShared)) })
    expect(await refused(plane)).toContain('is this certificate one that the control plane accepts?')
  })

  test('a data plane tells nothing to a control plane with another certificate', async () => {
    const impostor = createServer({
      cert: otherShared.certificate,
      key: otherShared.key,
      requestCert: true,
      rejectUnauthorized: false,
    })
    const heard: unknown[] = []
    new WebSocketServer({ server: impostor }).on('connection', (socket) =>
      socket.on('message', (data) => heard.push(data)),
    )
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve))
    const { port } = impostor.address() as AddressInfo
    const plane = await fleet.dataPlane({ source: sourceOf(port, fleet.write('shared', shared)) })
    expect(await refused(plane)).toBe('the control plane does not have the shared certificate')
    expect(heard).toEqual([])
    await plane.stop()
    impostor.close()
  })

  test('old versions of TLS are refused', async () => {
    const { port } = await fleet.controlPlane({ files: fleet.write('shared', shared) })
    const own = { cert: shared.certificate, key: shared.key }
    expect(
      await answerTo(port, { ...own, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }),
    ).toBe('')
    expect(await answerTo(port, { ...own, maxVersion: 'TLSv1.2' })).toContain('101 Switching Protocols')
  })

  test('without TLS there is nothing', async () => {
    const { port } = await fleet.controlPlane({ files: fleet.write('shared', shared) })
    const answer = await new Promise<string>((resolve) => {
      let text = ''
      const socket = connectPlain(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))
      socket.on('data', (data) => (text += data.toString('latin1')))
      socket.on('close', () => resolve(text))
      socket.on('error', () => resolve(text))
    })
    expect(answer).not.toContain('HTTP/')
  })
})

describe('pki', () => {
  test('a chain to the CA is needed, on both ends', async () => {
    const server = fleet.write('server', issued.oldServer, oldCa.certificate)
    const { port } = await fleet.controlPlane({ files: server, mtls: 'pki' })
    const good = fleet.write('good', issued.oldClient, oldCa.certificate)
    await arrived(await fleet.dataPlane({ source: sourceOf(port, good, 'pki', serverName) }))
    expect(await answerTo(port, { cert: issued.strangeClient.certificate, key: issued.strangeClient.key })).toBe('')
    expect(await answerTo(port, {})).toBe('')
    const strange = fleet.write('strange', issued.strangeClient, oldCa.certificate)
    await refused(await fleet.dataPlane({ source: sourceOf(port, strange, 'pki', serverName) }))
    const distrustful = fleet.write('distrustful', issued.oldClient, newCa.certificate)
    await refused(await fleet.dataPlane({ source: sourceOf(port, distrustful, 'pki', serverName) }))
    const misled = await fleet.dataPlane({ source: sourceOf(port, good, 'pki', 'other.example') })
    expect(await refused(misled)).toContain('other.example')
  })

  test('two CAs overlap while they are exchanged', async () => {
    const both = `${oldCa.certificate}\n${newCa.certificate}`
    const { port, hub } = await fleet.controlPlane({
      files: fleet.write('server', issued.newServer, both),
      mtls: 'pki',
    })
    for (const [name, client] of [
      ['old', issued.oldClient],
      ['new', issued.newClient],
    ] as const) {
      await arrived(
        await fleet.dataPlane({ source: sourceOf(port, fleet.write(name, client, both), 'pki', serverName) }),
      )
    }
    expect((await hub.fleet()).map((record) => record.connected)).toEqual([true, true])
  })

  test.each([
    [['dp.edge'], true],
    [['other', 'dp.edge'], true],
    [['dp'], false],
    [['edge'], false],
  ])('common names %j are checked', async (allowedCommonNames, admitted) => {
    const files = fleet.write('server', issued.oldServer, oldCa.certificate)
    const { port } = await fleet.controlPlane({ files, mtls: 'pki_check_cn', allowedCommonNames })
    const client = fleet.write('client', issued.oldClient, oldCa.certificate)
    const plane = await fleet.dataPlane({ source: sourceOf(port, client, 'pki_check_cn', serverName) })
    await (admitted ? arrived(plane) : refused(plane))
    expect(plane.client.state().connected).toBe(admitted)
  })
})

describe('a configuration that admits nobody or anybody', () => {
  const cases: [string, { mtls: 'pki' | 'pki_check_cn'; caPath: string | undefined }, string][] = [
    ['pki without a CA', { mtls: 'pki', caPath: undefined }, 'needs cluster_ca_cert'],
    ['pki_check_cn without names', { mtls: 'pki_check_cn', caPath: '/ca' }, 'needs cluster_allowed_common_names'],
  ]
  for (const [name, cluster, message] of cases) {
    test(`${name} is refused at the start`, () => {
      const start = (): unknown =>
        createHub({
          changeLog: new MemoryChangeLog(),
          fleetStore: new MemoryFleetStore(),
          version: '1.0.0',
          log: memoryLog(),
          config: {
            nodeId: 'cp',
            hostname: 'h',
            prefix: '/tmp',
            clusterListen: [],
            localSocketPath: undefined,
            cluster: { certPath: '', keyPath: '', allowedCommonNames: [], ...cluster },
            dataPlanePurgeDelay: 1,
          },
        })
      expect(start).toThrow(message)
    })
  }
})

describe('certificates that change', () => {
  function replace(files: CertificateFiles, next: KeyedCertificate, ca?: string): void {
    writeFileSync(files.certPath, next.certificate)
    writeFileSync(files.keyPath, next.key)
    if (ca !== undefined) writeFileSync(files.caPath!, ca)
  }

  test('are used for new connections; the ones that are there stay', async () => {
    const server = fleet.write('server', issued.oldServer, oldCa.certificate)
    const { port, hub } = await fleet.controlPlane({ files: server, mtls: 'pki' })
    const client = fleet.write('client', issued.oldClient, `${oldCa.certificate}${newCa.certificate}`)
    const plane = await fleet.dataPlane({ source: sourceOf(port, client, 'pki', serverName) })
    await arrived(plane)
    const { since } = plane.client.state()
    replace(server, issued.newServer, newCa.certificate)
    await hub.reloadCertificates()
    fleet.changeLog.put('consumers', { id: 'b', username: 'b' })
    await arrived(plane)
    expect(plane.client.state()).toMatchObject({ since, connected: true })
    // Who comes anew with a certificate of the old CA is refused; the file with the new one is read at the next attempt.
    const late = fleet.write('late', issued.oldClient, newCa.certificate)
    const newcomer = await fleet.dataPlane({ source: sourceOf(port, late, 'pki', serverName) })
    await refused(newcomer)
    replace(late, issued.newClient)
    await arrived(newcomer)
  })

  test('are noticed without being told, and half a change is not used', async () => {
    const files = fleet.write('shared', shared)
    const { port } = await fleet.controlPlane({ files, timings: { certificatesMs: 20 } })
    writeFileSync(files.certPath, otherShared.certificate)
    await until('the misfit is told', () => fleet.log.lines.some((line) => line.message.includes('cannot be read')))
    expect(await answerTo(port, { cert: shared.certificate, key: shared.key })).toContain('101')
    writeFileSync(files.keyPath, otherShared.key)
    await until('the new one is used', async () => {
      const other = { cert: otherShared.certificate, key: otherShared.key }
      return (await answerTo(port, other)).includes('101')
    })
    expect(await answerTo(port, { cert: shared.certificate, key: shared.key })).toBe('')
  })
})

describe('a peer that breaks the rules is shown out, and the others do not notice', () => {
  const hello: Message = {
    type: 'hello',
    protocol: { min: 1, max: 1 },
    node: { id: 'rogue', hostname: 'rogue', version: '1.4.0' },
    labels: {},
    plugins: [],
    history: '',
    revision: 0 as never,
    digest: '0'.repeat(32),
    partial: null,
  }
  const status: Message = { type: 'status', revision: 0 as never, digest: '0'.repeat(32) }
  const rogues: [string, (socket: WebSocket) => void][] = [
    ['garbage', (socket) => socket.send(Buffer.from('garbage'))],
    ['a text frame', (socket) => socket.send('{"type":"hello"}')],
    ['something before hello', (socket) => socket.send(encodeFrame(status))],
    ['hello twice', (socket) => [1, 2].forEach(() => socket.send(encodeFrame(hello)))],
    ['a frame that is too large', (socket) => socket.send(Buffer.alloc(limits.dataPlaneFrame + 1))],
    [
      'an ack of nothing',
      (socket) => {
        socket.send(encodeFrame(hello))
        socket.send(encodeFrame({ type: 'ack', revision: 77 as never, digest: '0'.repeat(32), apply_ms: 0 }))
      },
    ],
    [
      'a flood',
      (socket) => {
        socket.send(encodeFrame(hello))
        for (let i = 0; i < 500; i++) socket.send(encodeFrame(status))
      },
    ],
    [
      'a protocol of the future',
      (socket) => socket.send(encodeFrame({ ...hello, protocol: { min: 7, max: 9 } } as Message)),
    ],
    ['no hello at all', () => undefined],
  ]
  for (const [name, act] of rogues) {
    test(`${name}`, async () => {
      const files = fleet.write('shared', shared)
      const { port } = await fleet.controlPlane({ files, timings: { helloMs: 200 } })
      const plane = await fleet.dataPlane({ source: sourceOf(port, files) })
      await arrived(plane)
      const rogue = new WebSocket(`wss://127.0.0.1:${port}${syncPath}`, {
        cert: readFileSync(files.certPath),
        key: readFileSync(files.keyPath),
        rejectUnauthorized: false,
      })
      rogue.on('error', () => undefined)
      const shownOut = new Promise((resolve) => rogue.once('close', resolve))
      rogue.once('open', () => act(rogue))
      await shownOut
      fleet.changeLog.put('consumers', { id: 'c', username: 'c' })
      await arrived(plane)
      expect(plane.client.state().lastError).toBeNull()
    })
  }
})
