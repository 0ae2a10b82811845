// The log of a node: JSON lines, or something to read on a terminal.
import { pino, type Logger } from 'pino'
import pretty from 'pino-pretty'
import type { Settings } from './settings/properties.ts'

/** Kong's severities in pino's; `notice` is what an operator should see, which is our `info`. */
const LEVELS = {
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warn: 'warn',
  error: 'error',
  crit: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
} as const satisfies Record<Settings['log_level'], string>

/** Members that would give a secret away, wherever an object that has them is logged. */
const SECRETS = ['password', 'sslCertKey', 'key', 'apikey', 'authorization', 'config.connectionString']

export function createLog(settings: Pick<Settings, 'log_level' | 'role'>): Logger {
  const options = {
    level: LEVELS[settings.log_level],
    base: { pid: process.pid, role: settings.role },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '******' },
  }
  if (!process.stdout.isTTY) return pino(options, pino.destination({ fd: 1, sync: true }))
  return pino(options, pretty({ ignore: 'pid,role', translateTime: 'SYS:HH:MM:ss', sync: true }))
}
