// The folder of an embedded PostgreSQL: data, password, socket and log.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { CommandError } from '../command-error.ts'
import { socketFolder } from '../socket-folder.ts'
import type { PostgresBinaries } from './binaries.ts'
import { commandPrefix, dataOwner, missing, type Privilege } from './privilege.ts'

export interface Cluster {
  readonly dataDir: string
  readonly socketDir: string
  readonly logPath: string
  readonly password: string
}

export const SUPERUSER = 'holdfast'

/**
 * Makes the folder ready, with a new database cluster where there is none. A cluster appears under its name only when it is whole:
 * an interrupted first start leaves nothing that a second one could stumble over.
 */
export async function prepareCluster(
  folder: string,
  binaries: PostgresBinaries,
  privilege: Privilege,
): Promise<Cluster> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const root = realpathSync(folder)
  const cluster = {
    dataDir: join(root, 'data'),
    socketDir: socketFolder(join(root, 'socket'), dataOwner(privilege)),
    logPath: join(root, 'postgres.log'),
    password: readPassword(join(root, 'password')),
  }
  if (!existsSync(join(cluster.dataDir, 'PG_VERSION'))) await initialise(root, cluster, binaries, privilege)
  checkVersion(cluster.dataDir)
  rotateLog(cluster.logPath)
  return cluster
}

async function initialise(
  root: string,
  cluster: Cluster,
  binaries: PostgresBinaries,
  privilege: Privilege,
): Promise<void> {
  const unfinished = join(root, 'data.new')
  rmSync(unfinished, { recursive: true, force: true })
  makeFolder(unfinished, privilege)
  const [command, ...prefix] = commandPrefix(privilege)
  await run(command, [
    ...prefix,
    binaries.initdb,
    `--pgdata=${unfinished}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${join(root, 'password')}`,
    '--auth=scram-sha-256',
    // The collation that is the same on every machine: rows keep their order when the folder is moved.
    '--encoding=UTF8',
    '--no-locale',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ])
  renameSync(unfinished, cluster.dataDir)
}

function makeFolder(path: string, privilege: Privilege): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  chmodSync(path, 0o700)
  const owner = dataOwner(privilege)
  if (owner !== undefined) chownSync(path, owner, owner)
}

function readPassword(path: string): string {
  if (!existsSync(path)) writeFileSync(path, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' })
  return readFileSync(path, 'utf8').trim()
}

function checkVersion(dataDir: string): void {
  const found = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim()
  if (found !== MAJOR) {
    throw new CommandError(
      `${dataDir} was made by PostgreSQL ${found}, this is PostgreSQL ${MAJOR}: dump it with the old version, or start with another prefix.`,
    )
  }
}

const MAJOR = '18'
const LARGEST_LOG = 10 * 1024 * 1024

function rotateLog(path: string): void {
  if (existsSync(path) && statSync(path).size > LARGEST_LOG) renameSync(path, `${path}.1`)
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' })
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4000)))
    child.on('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? missing(command) : error))
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new CommandError(`PostgreSQL could not be initialised: ${explain(stderr)}`)),
    )
  })
}

/** The one line of PostgreSQL's output that tells a person what went wrong. */
export function explain(output: string): string {
  if (output.includes('No space left on device')) return 'the disk is full; free some space and start again.'
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return lines.find((line) => /\b(FATAL|PANIC|error):/.test(line)) ?? lines.at(-1) ?? 'it said nothing.'
}
