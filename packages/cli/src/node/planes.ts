// Which planes a role runs, started in order and closed in the reverse one. A plane's code is loaded only where it runs.
import type { Logger } from 'pino'
import { CommandError } from '../command-error.ts'
import { supervisePostgres } from '../postgres/index.ts'
import { controlPlaneConfig } from '../settings/control-plane-config.ts'
import { dataPlaneConfig } from '../settings/data-plane-config.ts'
import type { Settings } from '../settings/properties.ts'
import { join } from 'node:path'
import { prepareDatabase } from './database.ts'
import { explainListenError } from './listen-error.ts'

export interface Planes {
  /** Reads certificates, and what else may change without a restart, again. */
  reload(): void
  /** Ends what is in flight, then everything. */
  close(): Promise<void>
}

interface Part {
  reload?(): void
  close(): Promise<void>
}

export async function startPlanes(settings: Settings, log: Logger): Promise<Planes> {
  const parts: Part[] = []
  const planes: Planes = {
    reload() {
      for (const part of parts) part.reload?.()
    },
    async close() {
      for (const part of parts.splice(0).toReversed()) await part.close()
    },
  }
  try {
    if (runsControlPlane(settings)) parts.push(...(await startControlPlaneParts(settings, log)))
    if (settings.role !== 'control_plane') {
      const { startDataPlane } = await import('@holdfast/data-plane')
      parts.push(await startDataPlane(await dataPlaneConfig(settings), log))
    }
    return planes
  } catch (error) {
    await planes.close()
    throw explainDeclarativeError(explainListenError(error, settings), settings)
  }
}

/** Without a database there is nothing that a control plane could change. */
export function runsControlPlane({ role, database }: Settings): boolean {
  return role === 'control_plane' || (role === 'traditional' && database !== 'off')
}

async function startControlPlaneParts(settings: Settings, log: Logger): Promise<Part[]> {
  const parts: Part[] = []
  try {
    const database =
      settings.database === 'embedded'
        ? await supervisePostgres({ folder: join(settings.prefix, 'postgres') }, log)
        : undefined
    if (database !== undefined) {
      parts.push({ close: () => database.stop() })
      log.info({ folder: join(settings.prefix, 'postgres') }, 'the embedded PostgreSQL is ready')
    }
    await prepareDatabase(settings, database?.server, log)
    const { startControlPlane } = await import('@holdfast/control-plane')
    parts.push(await startControlPlane(await controlPlaneConfig(settings, database?.server), log))
    return parts
  } catch (error) {
    for (const part of parts.toReversed()) await part.close()
    throw error
  }
}

/** A file that is not there or wrong, by the property that names it. */
function explainDeclarativeError(error: unknown, { declarative_config: file }: Settings): unknown {
  if (!(error instanceof Error) || file === undefined) return error
  if (error.name === 'InvalidDeclarativeFile')
    return new CommandError(`declarative_config: ${error.message}`, { cause: error })
  const { code, path } = error as NodeJS.ErrnoException
  return path === file
    ? new CommandError(`declarative_config: ${file} cannot be read (${code}).`, { cause: error })
    : error
}
