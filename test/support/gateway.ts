/** Starts control planes and data planes the way a user does: the `holdfast` command, told by `KONG_*` variables. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DatabaseConfig } from '@holdfast/control-plane/store'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

const command = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))

export type Env = Readonly<Record<string, string>>

export interface Running {
  readonly child: ChildProcess
  readonly pid: number
  /** Everything it has written so far. */
  output(): string
  /** SIGTERM, then waits for the end; resolves to the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL, then waits for the end. */
  kill(): Promise<void>
}

const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/** Runs `holdfast` with these arguments and nothing of this process's `KONG_*`. */
export function holdfast(args: readonly string[], env: Env = {}): Running {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('KONG_'))
  const child = spawn(process.execPath, [command, ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  alive.add(child)
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      chunks.push(text)
      if (chunks.length > 5_000) chunks.shift()
    })
  }
  const ended = once(child, 'exit').then(() => alive.delete(child))
  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await ended
    return child.exitCode
  }
  return {
    child,
    pid: child.pid!,
    output: () => chunks.join(''),
    stop: () => end('SIGTERM'),
    async kill() {
      await end('SIGKILL')
    },
  }
}

export function databaseEnv(database: DatabaseConfig): Env {
  return {
    KONG_DATABASE: 'postgres',
    KONG_PG_HOST: database.host,
    KONG_PG_PORT: String(database.port),
    KONG_PG_DATABASE: database.database,
    KONG_PG_USER: database.user,
    ...(database.password && { KONG_PG_PASSWORD: database.password }),
  }
}

export interface ControlPlane extends Running {
  /** `http://127.0.0.1:PORT` of the Admin API. */
  readonly admin: string
  readonly clusterPort: number
  readonly env: Env
}

export interface ClusterFiles {
  readonly cert: string
  readonly key: string
}

/** Makes the certificate that a fleet in `shared` mode has in common, with the command that users have for it. */
export async function makeClusterFiles(folder: string): Promise<ClusterFiles> {
  const files = { cert: join(folder, 'cluster.crt'), key: join(folder, 'cluster.key') }
  const running = holdfast(['hybrid', 'gen_cert', files.cert, files.key])
  const [code] = (await once(running.child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`gen_cert failed: ${running.output()}`)
  return files
}

/** Runs `holdfast migrations bootstrap` on the database. */
export async function bootstrap(database: DatabaseConfig): Promise<void> {
  const prefix = tempFolder()
  const running = holdfast(['migrations', 'bootstrap'], { ...databaseEnv(database), KONG_PREFIX: prefix })
  const [code] = (await once(running.child, 'exit')) as [number | null]
  rmSync(prefix, { recursive: true, force: true })
  if (code !== 0) throw new Error(`migrations bootstrap failed: ${running.output()}`)
}

export async function startControlPlane(options: {
  database: DatabaseConfig
  cluster: ClusterFiles
  prefix: string
  adminPort?: number
  clusterPort?: number
  env?: Env
}): Promise<ControlPlane> {
  const adminPort = options.adminPort ?? (await freePort())
  const clusterPort = options.clusterPort ?? (await freePort())
  const env = {
    ...databaseEnv(options.database),
    KONG_ROLE: 'control_plane',
    KONG_PREFIX: options.prefix,
    KONG_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
    KONG_CLUSTER_LISTEN: `127.0.0.1:${clusterPort}`,
    KONG_CLUSTER_CERT: options.cluster.cert,
    KONG_CLUSTER_CERT_KEY: options.cluster.key,
    KONG_LOG_LEVEL: 'info',
    ...options.env,
  }
  const running = holdfast(['start'], env)
  const admin = `http://127.0.0.1:${adminPort}`
  await ready(running, 'the control plane', () => fetch(`${admin}/status`))
  return { ...running, admin, clusterPort, env }
}

export interface DataPlane extends Running {
  readonly proxy: string
  readonly proxyPort: number
  readonly proxyTlsPort: number
  readonly status: string
  readonly prefix: string
}

export async function startDataPlane(options: {
  /** `host:port`, one or several separated by commas. */
  controlPlane: string
  cluster: ClusterFiles
  prefix: string
  threads?: number
  proxyPort?: number
  proxyTlsPort?: number
  statusPort?: number
  /** Wait until it serves a configuration; false: only until the status API answers. */
  ready?: boolean
  env?: Env
}): Promise<DataPlane> {
  const proxyPort = options.proxyPort ?? (await freePort())
  const proxyTlsPort = options.proxyTlsPort ?? (await freePort())
  const statusPort = options.statusPort ?? (await freePort())
  const running = holdfast(['start'], {
    KONG_ROLE: 'data_plane',
    KONG_DATABASE: 'off',
    KONG_PREFIX: options.prefix,
    KONG_PROXY_LISTEN: `127.0.0.1:${proxyPort}, 127.0.0.1:${proxyTlsPort} ssl`,
    KONG_STATUS_LISTEN: `127.0.0.1:${statusPort}`,
    KONG_CLUSTER_CONTROL_PLANE: options.controlPlane,
    KONG_CLUSTER_CERT: options.cluster.cert,
    KONG_CLUSTER_CERT_KEY: options.cluster.key,
    KONG_NGINX_WORKER_PROCESSES: String(options.threads ?? 1),
    KONG_LOG_LEVEL: 'info',
    ...options.env,
  })
  const status = `http://127.0.0.1:${statusPort}`
  const path = options.ready === false ? '/status' : '/status/ready'
  await ready(running, 'the data plane', () => fetch(`${status}${path}`))
  return { ...running, proxy: `http://127.0.0.1:${proxyPort}`, proxyPort, proxyTlsPort, status, prefix: options.prefix }
}

export interface Gateway extends Running {
  readonly admin: string
  readonly proxy: string
  readonly proxyTls: string
  readonly status: string
}

/** Starts both planes in one process (`role = traditional`) on a database that is bootstrapped. */
export async function startGateway(options: {
  database: DatabaseConfig
  prefix: string
  threads?: number
  env?: Env
}): Promise<Gateway> {
  const [admin, proxy, proxyTls, status] = [await freePort(), await freePort(), await freePort(), await freePort()]
  const running = holdfast(['start'], {
    ...databaseEnv(options.database),
    KONG_ROLE: 'traditional',
    KONG_PREFIX: options.prefix,
    KONG_ADMIN_LISTEN: `127.0.0.1:${admin}`,
    KONG_PROXY_LISTEN: `127.0.0.1:${proxy}, 127.0.0.1:${proxyTls} ssl`,
    KONG_STATUS_LISTEN: `127.0.0.1:${status}`,
    KONG_NGINX_WORKER_PROCESSES: String(options.threads ?? 1),
    KONG_LOG_LEVEL: 'info',
    ...options.env,
  })
  await ready(running, 'the gateway', () => fetch(`http://127.0.0.1:${status}/status/ready`))
  return {
    ...running,
    admin: `http://127.0.0.1:${admin}`,
    proxy: `http://127.0.0.1:${proxy}`,
    proxyTls: `https://127.0.0.1:${proxyTls}`,
    status: `http://127.0.0.1:${status}`,
  }
}

async function ready(running: Running, what: string, ask: () => Promise<Response>): Promise<void> {
  try {
    await until(
      what,
      async () => {
        if (running.child.exitCode !== null) return 'ended'
        return (await ask()).ok ? 'ok' : undefined
      },
      30_000,
    )
  } catch (error) {
    await running.kill()
    throw new Error(`${what} did not become ready:\n${running.output()}`, { cause: error })
  }
  if (running.child.exitCode !== null) throw new Error(`${what} ended at once:\n${running.output()}`)
}

const folders = new Set<string>()
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A folder that goes when the test process does. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'))
  folders.add(folder)
  return folder
}
