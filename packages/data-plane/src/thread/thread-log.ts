import type { Logger } from '@holdfast/plugin-kit'
import type { FromThread, LogLevel } from './protocol.ts'

const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** Kong's `log_level` names, and the least of our levels that each lets through. */
const leastLevel: Readonly<Record<string, LogLevel>> = { debug: 'debug', info: 'info', notice: 'info', warn: 'warn' }

/** Lines written by the main thread, so that they come out whole and in one order. */
export function createThreadLog(post: (message: FromThread) => void, level: string): Logger {
  const least = order.indexOf(leastLevel[level] ?? 'error')
  const write = (lineLevel: LogLevel) => {
    if (order.indexOf(lineLevel) < least) return () => undefined
    return (fields: object, message: string) =>
      post({ kind: 'log', level: lineLevel, fields: transferable(fields), message })
  }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

/** Errors lose their own members as structured clones, and functions cannot be cloned at all. */
function transferable(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (value instanceof Error) {
        const { name: type, message, stack } = value
        return [name, { type, message, stack, code: (value as NodeJS.ErrnoException).code }]
      }
      return [name, typeof value === 'object' || typeof value === 'function' ? safeJson(value) : value]
    }),
  )
}

function safeJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null')
  } catch {
    return String(value)
  }
}
