// PostgreSQL refuses to run as root, and must not outlive the process that started it, even if that is killed with -9.
import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'
import { CommandError } from '../command-error.ts'

/** The user `nobody` of every Linux distribution. */
const NOBODY = 65534

/**
 * How a command of PostgreSQL is started:
 * - `direct`: as the user that we are;
 * - `namespace`: we are root or have no name, and a user namespace makes us look like nobody. Files stay ours, no user is needed;
 * - `nobody`: we are root where user namespaces are forbidden (as in many containers): really become nobody, keeping the one
 *   capability that lets it reach a folder below ours.
 */
export type Privilege = 'direct' | 'namespace' | 'nobody'

export function choosePrivilege(): Privilege {
  const isRoot = process.getuid?.() === 0
  if (!isRoot && hasName()) return 'direct'
  const tried = spawnSync('unshare', [...NAMESPACE, 'true'], { stdio: 'ignore' })
  if ((tried.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') throw missing('unshare')
  if (tried.status === 0) return 'namespace'
  if (isRoot) return 'nobody'
  throw new CommandError(
    `PostgreSQL does not run for a user without a name, as ${process.getuid?.()} is here: add one to /etc/passwd, or set database = postgres and pg_* to use a server of your own.`,
  )
}

/** Containers may run as a number that is in no list of users, which PostgreSQL refuses. */
function hasName(): boolean {
  try {
    userInfo()
    return true
  } catch {
    return false
  }
}

/** The words to put before a command so that it runs with that privilege and dies when the calling thread does. */
export function commandPrefix(privilege: Privilege): readonly [string, ...string[]] {
  switch (privilege) {
    case 'direct':
      return ['setpriv', '--pdeathsig', 'INT']
    case 'namespace':
      return ['unshare', ...NAMESPACE, 'setpriv', '--pdeathsig', 'INT']
    case 'nobody':
      return [
        'setpriv',
        `--reuid=${NOBODY}`,
        `--regid=${NOBODY}`,
        '--clear-groups',
        '--inh-caps=-all,+dac_override',
        '--ambient-caps=-all,+dac_override',
        '--bounding-set=-all,+dac_override',
        '--no-new-privs',
        '--pdeathsig=INT',
      ]
  }
}

/** Whom the data folder must belong to; `undefined`: nothing to change. */
export function dataOwner(privilege: Privilege): number | undefined {
  return privilege === 'nobody' ? NOBODY : undefined
}

export function missing(tool: string): CommandError {
  return new CommandError(
    `The command "${tool}" is missing, which starts the embedded PostgreSQL safely: install the package util-linux, or set database = postgres and pg_* to use a server of your own.`,
  )
}

const NAMESPACE = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`]
