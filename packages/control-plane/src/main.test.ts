import { mkdtemp, rm } from 'node:fs/promises'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestPostgres, startPostgres } from '../../../test/support/postgres.ts'
import type { ControlPlaneConfig, DatabaseConfig } from './config.ts'
import { startControlPlane } from './main.ts'
import { createServerCertificate } from './pki/index.ts'
import { bootstrapped, silent, uuid } from './store/testing.ts'

let postgres: TestPostgres
let prefix: string
let certificate: Awaited<ReturnType<typeof createServerCertificate>>
beforeAll(async () => {
  postgres = await startPostgres()
  prefix = await mkdtemp(join(tmpdir(), 'holdfast-cp-'))
  certificate = await createServerCertificate('localhost')
})
afterAll(async () => {
  await postgres.remove()
  await rm(prefix, { recursive: true })
})

function configFor(database: DatabaseConfig): ControlPlaneConfig {
  return {
    nodeId: uuid(1),
    hostname: 'here',
    role: 'traditional',
    prefix,
    database,
    adminListen: [
      { ip: '127.0.0.1', port: 0, ssl: false },
      { ip: '127.0.0.1', port: 0, ssl: true },
    ],
    clusterListen: [],
    localSocketPath: join(prefix, 'hub.sock'),
    cluster: undefined,
    dataPlanePurgeDelay: 100,
    sslCert: certificate.certificate,
    sslCertKey: certificate.key,
    configuration: { database: 'postgres', role: 'traditional' },
    logLevel: 'notice',
    adminMaxBodySize: 1_000_000,
  }
}

function getSecurely(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      ca: certificate.certificate,
      servername: 'localhost',
      agent: false,
    }
    https.get(options, (response) => resolve(text(response))).once('error', reject)
  })
}

describe('startControlPlane', () => {
  test('answers who it is over HTTP and HTTPS, and can be closed and started again', async () => {
    const config = configFor(await bootstrapped(postgres))
    for (let round = 1; round <= 2; round++) {
      const plane = await startControlPlane(config, silent)
      const [plain, secure] = plane.addresses.admin
      const root = await (await fetch(`http://127.0.0.1:${plain?.port}/`)).json()
      expect(root).toMatchObject({
        version: '3.9.3',
        edition: 'community',
        tagline: 'Welcome to kong',
        node_id: uuid(1),
        configuration: { database: 'postgres', role: 'traditional', log_level: 'notice' },
        plugins: { available_on_server: { 'key-auth': { priority: 1250 } }, enabled_in_cluster: [] },
      })
      expect(JSON.parse(await getSecurely(secure?.port ?? 0, '/services'))).toEqual({ data: [], next: null })
      plane.reload()
      await plane.close()
      await expect(fetch(`http://127.0.0.1:${plain?.port}/`)).rejects.toThrow()
    }
  })

  test('names the command that a database needs', async () => {
    const config = configFor(await postgres.createDatabase())
    await expect(startControlPlane(config, silent)).rejects.toThrow('holdfast migrations bootstrap')
  })

  test('leaves nothing running when an address cannot be used', async () => {
    const database = await bootstrapped(postgres)
    const first = await startControlPlane(configFor(database), silent)
    const port = first.addresses.admin[0]?.port ?? 0
    const second = { ...configFor(database), localSocketPath: join(prefix, 'other.sock') }
    const taken = { ...second, adminListen: [{ ip: '127.0.0.1', port, ssl: false }] }
    await expect(startControlPlane(taken, silent)).rejects.toThrow('EADDRINUSE')
    const third = await startControlPlane(second, silent)
    await third.close()
    await first.close()
  })
})
