// The command as a person runs it: real processes, a real embedded database.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { startPostgres } from '../postgres/index.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'holdfast-command-'))
const children: ChildProcess[] = []

afterAll(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
})

interface Run {
  readonly child: ChildProcess
  readonly output: () => string
  readonly code: Promise<number | null>
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KONG_')))
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...inherited, ...env },
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return { child, output: () => output, code: new Promise((resolve) => child.once('close', resolve)) }
}

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; output: string }> {
  const { code, output } = start(args, env)
  return { code: await code, output: output() }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('version', async () => {
  expect(await run(['version'])).toEqual({ code: 0, output: '0.1.0\n' })
  expect((await run(['version', '--all'])).output).toMatch(/^Holdfast: 0\.1\.0\nKong: 3\.9\.3 .*\nNode: 24\./)
})

test('check names every problem, one a line', async () => {
  const conf = join(folder, 'bad.conf')
  writeFileSync(conf, 'role = both\npg_port = none\nproxy_lisen = x')
  expect(await run(['check', conf])).toEqual({
    code: 1,
    output: [
      `holdfast: role: "both" is not allowed; expected one of traditional, control_plane, data_plane (${conf}, line 1)`,
      `holdfast: pg_port: "none" is not allowed; expected a whole number from 1 to 65535 (${conf}, line 2)`,
      '',
    ].join('\n'),
  })
})

test('check reads certificates', async () => {
  const env = { KONG_SSL_CERT: join(folder, 'none.crt'), KONG_SSL_CERT_KEY: join(folder, 'none.key') }
  expect(await run(['check'], env)).toEqual({
    code: 1,
    output: `holdfast: ssl_cert: there is no file at ${join(folder, 'none.crt')}\n`,
  })
})

describe('hybrid gen_cert', () => {
  const cert = join(folder, 'cluster.crt')
  const key = join(folder, 'cluster.key')

  test('it makes a pair for us alone, and overwrites nothing', async () => {
    expect(await run(['hybrid', 'gen_cert'])).toMatchObject({ code: 0 })
    expect([cert, key].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
    const before = readFileSync(key, 'utf8')
    expect(await run(['hybrid', 'gen_cert'])).toEqual({
      code: 1,
      output: `holdfast: ${key} already exists and is not overwritten: remove it, or name other files.\n`,
    })
    expect(readFileSync(key, 'utf8')).toBe(before)
  })

  test('a pair that does not belong together is refused', async () => {
    await run(['hybrid', 'gen_cert', 'other.crt', 'other.key'])
    const env = { KONG_ROLE: 'data_plane', KONG_CLUSTER_CERT: cert, KONG_CLUSTER_CERT_KEY: join(folder, 'other.key') }
    expect(await run(['check'], env)).toEqual({
      code: 1,
      output: 'holdfast: cluster_cert_key: does not belong to the certificate of cluster_cert\n',
    })
  })
})

test('migrations, from nothing to nothing', { timeout: 120_000 }, async () => {
  const server = await startPostgres({ folder: join(folder, 'server'), settings: { fsync: 'off' } })
  const env = {
    KONG_PREFIX: join(folder, 'migrations'),
    KONG_PG_HOST: server.host,
    KONG_PG_USER: server.user,
    KONG_PG_PASSWORD: server.password,
    KONG_PG_DATABASE: server.database,
  }
  const steps = [
    // command           exit code   output
    ['list', 3, /^the database is empty: run "holdfast migrations bootstrap"\n$/],
    ['up', 1, /^holdfast: The database is empty: run "holdfast migrations bootstrap"\.\n$/],
    ['bootstrap', 0, /^the database is up-to-date: applied 001-/],
    ['bootstrap --quiet', 0, /^$/],
    ['up', 0, /^the database is already up-to-date\n$/],
    ['finish', 0, /^no pending migrations to finish\n$/],
    ['list', 0, /^executed migrations:\n {2}001-/],
    ['reset', 1, /^holdfast: There is no terminal to ask: confirm with --yes\.\n$/],
    ['reset --yes', 0, /^the database is empty now\n$/],
    ['list', 3, /^the database is empty/],
  ] as const
  const outcomes: unknown[] = []
  for (const [command] of steps) outcomes.push(await run(['migrations', ...command.split(' ')], env))
  const wrong = await run(['migrations', 'list'], { ...env, KONG_PG_PASSWORD: 'wrong' })
  await server.stop()
  expect(outcomes).toEqual(steps.map(([, code, output]) => ({ code, output: expect.stringMatching(output) as string })))
  expect(wrong).toEqual({
    code: 1,
    output: `holdfast: PostgreSQL at ${server.host}:5432 refuses the user "holdfast": correct pg_user and pg_password.\n`,
  })
})

test('a server that does not answer is named with its properties', async () => {
  const port = await freePort()
  expect(
    await run(['migrations', 'list', '-p', join(folder, 'no-server')], {
      KONG_PG_HOST: '127.0.0.1',
      KONG_PG_PORT: String(port),
    }),
  ).toEqual({
    code: 1,
    output: `holdfast: PostgreSQL at 127.0.0.1:${port} does not answer: start it, or correct pg_host and pg_port.\n`,
  })
})

test('a control plane from start to SIGTERM', { timeout: 120_000 }, async () => {
  await run(['hybrid', 'gen_cert', 'cp.crt', 'cp.key'])
  const prefix = join(folder, 'control-plane')
  const [admin, cluster] = [await freePort(), await freePort()]
  const env = {
    KONG_ROLE: 'control_plane',
    KONG_PREFIX: prefix,
    KONG_ADMIN_LISTEN: `127.0.0.1:${admin}`,
    KONG_CLUSTER_LISTEN: `127.0.0.1:${cluster}`,
    KONG_CLUSTER_CERT: join(folder, 'cp.crt'),
    KONG_CLUSTER_CERT_KEY: join(folder, 'cp.key'),
  }
  expect(await run(['health'], env)).toEqual({ code: 1, output: `holdfast: Holdfast is not running at ${prefix}\n` })
  const node = start(['start'], env)
  await expect.poll(node.output, { timeout: 20_000 }).toContain('control_plane is running')
  for (const line of node.output().trim().split('\n'))
    expect(JSON.parse(line)).toMatchObject({ role: 'control_plane', level: expect.any(String) as string })

  const { configuration } = (await (await fetch(`http://127.0.0.1:${admin}/`)).json()) as {
    configuration: Record<string, unknown>
  }
  expect(configuration).toMatchObject({
    role: 'control_plane',
    database: 'postgres',
    cluster_cert_key: '******',
    admin_listeners: [{ port: admin, ssl: false }],
  })

  const health = await run(['health'], env)
  expect(health).toMatchObject({
    code: 0,
    output: expect.stringContaining(`Holdfast is healthy at ${prefix}`) as string,
  })
  expect((await run(['migrations', 'list'], env)).code).toBe(0)
  expect(await run(['start'], env)).toMatchObject({
    code: 1,
    output: expect.stringContaining(
      `holdfast: A node already runs in ${prefix} (pid ${node.child.pid}): stop it first, or give this one another folder (--prefix; --state for the demo).`,
    ) as string,
  })
  expect(await run(['start', '-p', join(folder, 'second')], env)).toMatchObject({
    code: 1,
    output: expect.stringMatching(
      new RegExp(
        `holdfast: 127\\.0\\.0\\.1:${cluster} \\(cluster_listen\\) is in use: stop what listens there, or set cluster_listen to another port\\.`,
      ),
    ) as string,
  })

  node.child.kill('SIGTERM')
  expect(await node.code).toBe(0)
  expect(existsSync(join(prefix, 'running.json'))).toBe(false)
  expect(existsSync(join(prefix, 'postgres/data/postmaster.pid'))).toBe(false)
})

test('a gateway without a database, from its file', async () => {
  const [proxy, status] = [await freePort(), await freePort()]
  const file = join(folder, 'kong.yaml')
  const env = {
    KONG_DATABASE: 'off',
    KONG_PREFIX: join(folder, 'dbless'),
    KONG_PROXY_LISTEN: `127.0.0.1:${proxy}`,
    KONG_STATUS_LISTEN: `127.0.0.1:${status}`,
    KONG_NGINX_WORKER_PROCESSES: '1',
    KONG_DECLARATIVE_CONFIG: file,
  }
  expect(await run(['start'], env)).toMatchObject({
    code: 1,
    output: expect.stringContaining(`holdfast: declarative_config: ${file} cannot be read (ENOENT).\n`) as string,
  })
  writeFileSync(
    file,
    `_format_version: "3.0"\nservices:\n- name: status\n  url: http://127.0.0.1:${status}\n  routes:\n  - paths: [/through]\n`,
  )
  const node = start(['start'], env)
  await expect.poll(node.output, { timeout: 20_000 }).toContain('traditional is running')
  await expect
    .poll(async () => (await fetch(`http://127.0.0.1:${proxy}/through/status`)).status, { timeout: 10_000 })
    .toBe(200)
  expect((await run(['health'], env)).output).toMatch(/^process\.+running .*\ndata plane\.+ready\n/)
  node.child.kill('SIGTERM')
  expect(await node.code).toBe(0)
})
