/** Replays answers recorded from Kong 3.9.3 against a whole gateway, and holds the list of exceptions to be true. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { bootstrap, startGateway, tempFolder, type Gateway } from '../support/gateway.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { builtAreas, exceptions } from './built.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const caseFiles = readdirSync(join(here, 'cases'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace(/\.json$/, ''))
const notBuilt = caseFiles.filter((name) => !(builtAreas as readonly string[]).includes(name))

interface Report {
  readonly perArea: Record<string, { readonly passed: number; readonly failed: number }>
  readonly failures: readonly { readonly area: string; readonly name: string; readonly problem: string }[]
}

let postgres: TestPostgres
let gateway: Gateway
let report: Report

beforeAll(async () => {
  postgres = await startPostgres()
  const database = await postgres.createDatabase()
  await bootstrap(database)
  gateway = await startGateway({ database, prefix: tempFolder(), env: { KONG_LOG_LEVEL: 'warn' } })
  report = await replay(gateway)
}, 300_000)

afterAll(async () => {
  await gateway.stop()
  await postgres.remove()
})

async function replay({ admin, proxy, status }: Gateway): Promise<Report> {
  const output = join(tempFolder(), 'report.json')
  const targets = ['--admin', admin, '--proxy', proxy, '--status', status]
  const files = builtAreas.map((area) => join(here, 'cases', `${area}.json`))
  const runner = spawn(process.execPath, [join(here, 'run.mjs'), ...targets, '--json', output, ...files], {
    env: { ...process.env, ECHO_PORT: String(await threePorts()) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await once(runner, 'exit')
  return JSON.parse(readFileSync(output, 'utf8')) as Report
}

/** The runner takes this port and the two above it. */
async function threePorts(): Promise<number> {
  for (;;) {
    const port = await freePort()
    if ((await isFree(port + 1)) && (await isFree(port + 2))) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}

describe('recorded answers of Kong 3.9.3', () => {
  for (const area of builtAreas) {
    test(area, () => {
      const failures = report.failures.filter((failure) => failure.area === area)
      const listed = Object.keys(exceptions[area] ?? {})
      const unexpected = failures.filter(({ name }) => !listed.includes(name))
      expect(unexpected.map(({ name, problem }) => `${name}: ${problem}`)).toEqual([])
      // Listed as failing, but it passes: strike it off the list.
      expect(listed.filter((name) => !failures.some((failure) => failure.name === name))).toEqual([])
      expect(report.perArea[area]).toBeDefined()
    })
  }

  test(`not built yet: ${notBuilt.length} of ${caseFiles.length} files`, () => {
    expect(builtAreas.filter((area) => !caseFiles.includes(area))).toEqual([])
    console.log(`not built yet: ${notBuilt.join(', ')}`)
  })
})
