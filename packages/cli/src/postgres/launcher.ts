// Starts and stops the embedded PostgreSQL, for `database = embedded`, the demo and the tests.
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { CommandError } from '../command-error.ts'
import { findPostgresBinaries } from './binaries.ts'
import { explain, prepareCluster, SUPERUSER, type Cluster } from './cluster.ts'
import { postmasterFile, readPostmasterFile, servesFolder } from './postmaster-file.ts'
import { choosePrivilege, commandPrefix, missing, type Privilege } from './privilege.ts'

export interface PostgresOptions {
  /** Everything is kept here; made when missing, readable by us alone. */
  readonly folder: string
  /** Use the server that already runs on this folder, if one does, and leave it running. */
  readonly attach?: boolean
  /** Further settings of `postgresql.conf`; tests turn `fsync` off. */
  readonly settings?: Readonly<Record<string, string>>
  /** How long a server that already serves the folder, perhaps on its way out, is waited for; 15 000 unless given. */
  readonly patienceMs?: number
  /** For tests; else the best that this machine allows. */
  readonly privilege?: Privilege
}

export interface RunningPostgres {
  /** Folder of the unix socket, as `pg` takes it for `host`. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly pid: number
  /** Resolves when the server ends, whoever ended it. */
  readonly ended: Promise<void>
  /** Fast shutdown: connections are cut, nothing that was committed is lost. Leaves a server alone that was only attached to. */
  stop(): Promise<void>
}

/** The number in the socket's name; nothing listens on TCP. */
const PORT = 5432
const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 20_000
const PATIENCE_MS = 15_000

/** @throws CommandError */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const privilege = options.privilege ?? choosePrivilege()
  const binaries = findPostgresBinaries()
  const cluster = await prepareCluster(options.folder, binaries, privilege)
  const deadline = Date.now() + (options.patienceMs ?? PATIENCE_MS)
  for (;;) {
    const running = readPostmasterFile(cluster.dataDir)
    if (running !== undefined && !servesFolder(running.pid, cluster.dataDir))
      rmSync(postmasterFile(cluster.dataDir), { force: true })
    else if (running !== undefined && options.attach === true && running.ready)
      return describe(cluster, running.pid, undefined)

    const outcome = await launch(cluster, binaries.postgres, privilege, options.settings ?? {})
    if (outcome.kind === 'ready') return describe(cluster, outcome.child.pid!, outcome.child)
    if (outcome.kind === 'failed')
      throw new CommandError(`PostgreSQL did not start: ${explain(outcome.output)} (log: ${cluster.logPath})`)
    if (Date.now() > deadline) {
      throw new CommandError(
        `Another PostgreSQL (pid ${outcome.pid ?? 'unknown'}) already serves ${cluster.dataDir}: stop the other "holdfast start" first, or use another prefix.`,
      )
    }
    await delay(200)
  }
}

type Outcome =
  | { readonly kind: 'ready'; readonly child: ChildProcess }
  | { readonly kind: 'occupied'; readonly pid: number | undefined }
  | { readonly kind: 'failed'; readonly output: string }

async function launch(
  cluster: Cluster,
  postgres: string,
  privilege: Privilege,
  extra: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const settings = { ...serverSettings(cluster), ...extra }
  const [command, ...prefix] = commandPrefix(privilege)
  const log = openSync(cluster.logPath, 'a', 0o600)
  const logStart = statSync(cluster.logPath).size
  const args = [
    ...prefix,
    postgres,
    '-D',
    cluster.dataDir,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  // A process group of its own: Ctrl-C in the terminal reaches us, and we stop the database last.
  const child = spawn(command, args, { stdio: ['ignore', log, log], detached: true, cwd: '/' })
  closeSync(log)

  let failure: NodeJS.ErrnoException | undefined
  child.on('error', (error) => (failure = error))
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    if (failure !== undefined) throw failure.code === 'ENOENT' ? missing(command) : failure
    if (child.exitCode !== null || child.signalCode !== null) {
      const output = readFileSync(cluster.logPath).subarray(logStart).toString()
      const occupied =
        output.includes('postmaster.pid" already exists') || output.includes('pre-existing shared memory block')
      return occupied ? { kind: 'occupied', pid: readPostmasterFile(cluster.dataDir)?.pid } : { kind: 'failed', output }
    }
    const found = readPostmasterFile(cluster.dataDir)
    if (found?.ready === true && found.pid === child.pid) return { kind: 'ready', child }
    await delay(20)
  }
  child.kill('SIGQUIT')
  return { kind: 'failed', output: `it was not ready within ${START_TIMEOUT_MS / 1000} seconds` }
}

function serverSettings(cluster: Cluster): Record<string, string> {
  return {
    listen_addresses: '',
    port: String(PORT),
    unix_socket_directories: cluster.socketDir.replaceAll(/[\\"]/g, '\\$&').replace(/^.*,.*$/, '"$&"'),
    unix_socket_permissions: '0700',
    max_connections: '100',
    // Statements of failed writes would carry people's secrets into the log.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
  }
}

function describe(cluster: Cluster, pid: number, child: ChildProcess | undefined): RunningPostgres {
  const ended =
    child === undefined
      ? new Promise<void>(() => {})
      : new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) resolve()
          else child.once('exit', () => resolve())
        })
  return {
    host: cluster.socketDir,
    port: PORT,
    user: SUPERUSER,
    password: cluster.password,
    database: 'postgres',
    pid,
    ended,
    stop: () => stop(child, ended),
  }
}

async function stop(child: ChildProcess | undefined, ended: Promise<void>): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGINT')
  const waiting = new AbortController()
  const tooLate = delay(STOP_TIMEOUT_MS, 'late' as const, { signal: waiting.signal, ref: false }).catch(
    () => 'late' as const,
  )
  if ((await Promise.race([ended, tooLate])) === 'late') {
    child.kill('SIGQUIT')
    await ended
  }
  waiting.abort()
}
