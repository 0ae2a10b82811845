// A node in the foreground, from start to the last connection.
import type { Logger } from 'pino'
import { askedToEnd } from '../asked-to-end.ts'
import { createLog } from '../log.ts'
import { checkMaterial } from '../settings/material.ts'
import type { LoadedSettings } from '../settings/load.ts'
import { listeners } from '../settings/control-plane-config.ts'
import type { Settings } from '../settings/properties.ts'
import { runsControlPlane, startPlanes, type Planes } from './planes.ts'
import { claimPrefix } from './run-file.ts'

/** Faults in a minute that a data plane's main thread outlives; more mean that something is broken for good. */
const SURVIVABLE_FAULTS = 10
/** After which closing is given up. A drain has its own, shorter limit. */
const CLOSE_TIMEOUT_MS = 30_000

/** Runs until a signal ends it. */
export async function runNode({ settings, file, warnings }: LoadedSettings): Promise<void> {
  const log = createLog(settings)
  if (file !== undefined) log.info({ file }, 'read the configuration file')
  for (const warning of warnings) log.warn(warning)
  checkMaterial(settings)
  const release = claimPrefix(settings.prefix, {
    pid: process.pid,
    role: settings.role,
    admin: runsControlPlane(settings) ? plainAddress(settings.admin_listen) : undefined,
    status: settings.role === 'control_plane' ? undefined : plainAddress(settings.status_listen),
  })
  try {
    surviveFaults(settings, log)
    // From here on, so that a signal during the start is not lost.
    const asked = askedToEnd(() => log.warn('asked a second time: ending at once'))
    process.on('SIGHUP', () => {})
    const planes = await startPlanes(settings, log)
    log.info({ prefix: settings.prefix, database: settings.database }, `${settings.role} is running`)
    await serveUntil(asked, planes, log)
  } finally {
    release()
  }
}

/** Runs until it was asked to end, then ends what is in flight. */
async function serveUntil(asked: Promise<string>, planes: Planes, log: Logger): Promise<void> {
  process.on('SIGHUP', () => {
    log.info('SIGHUP: reloading')
    planes.reload()
  })
  const reason = await asked
  log.info({ reason }, 'ending: requests in flight are finished first')
  const overdue = setTimeout(() => {
    log.error('closing takes too long: ending at once')
    process.exit(1)
  }, CLOSE_TIMEOUT_MS)
  await planes.close()
  clearTimeout(overdue)
  log.info('ended')
}

/**
 * A fault that nobody caught is logged. A control plane then ends, for whoever supervises it to start a clean one: data planes do
 * not need it meanwhile. A data plane goes on, since every client depends on it, unless faults come so fast that it is of no use.
 */
function surviveFaults(settings: Settings, log: Logger): void {
  let recent: number[] = []
  const onFault = (error: unknown) => {
    const now = Date.now()
    recent = [...recent.filter((time) => now - time < 60_000), now]
    const survives = settings.role === 'data_plane' && recent.length <= SURVIVABLE_FAULTS
    log.fatal({ err: error }, survives ? 'an error was not handled; going on' : 'an error was not handled; ending')
    if (!survives) process.exit(1)
  }
  process.on('uncaughtException', onFault)
  process.on('unhandledRejection', onFault)
}

/** `http://…` of the first listener without TLS. */
function plainAddress(items: readonly string[]): string | undefined {
  const listener = listeners(items).find(({ ssl }) => !ssl)
  if (listener === undefined) return undefined
  const ip = listener.ip === '0.0.0.0' ? '127.0.0.1' : listener.ip === '::' ? '::1' : listener.ip
  return `http://${ip.includes(':') ? `[${ip}]` : ip}:${listener.port}`
}
