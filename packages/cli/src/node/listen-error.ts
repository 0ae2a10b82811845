import { CommandError } from '../command-error.ts'
import { parseListeners } from '../settings/listener.ts'
import type { Settings } from '../settings/properties.ts'

interface ListenError extends NodeJS.ErrnoException {
  readonly port?: number
  readonly address?: string
}

/** A listener that cannot be opened, in words that name its port and its property; other errors as they are. */
export function explainListenError(error: unknown, settings: Settings): unknown {
  if (!(error instanceof Error)) return error
  const { code, port, address } = error as ListenError
  if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return error
  if (port === undefined) return error
  const property = propertyOf(port, settings)
  const where = `${address ?? ''}:${port}${property === undefined ? '' : ` (${property})`}`
  switch (code) {
    case 'EADDRINUSE':
      return new CommandError(
        `${where} is in use: stop what listens there${property === undefined ? '' : `, or set ${property} to another port`}.`,
        { cause: error },
      )
    case 'EACCES':
      return new CommandError(
        `${where} may not be opened by this user: choose a port from 1024 on, or grant CAP_NET_BIND_SERVICE.`,
        { cause: error },
      )
    case 'EADDRNOTAVAIL':
      return new CommandError(`${where} is no address of this machine: correct ${property ?? 'it'}.`, { cause: error })
  }
}

function propertyOf(port: number, settings: Settings): string | undefined {
  return (['proxy_listen', 'admin_listen', 'status_listen', 'cluster_listen'] as const).find((name) => {
    const parsed = parseListeners(settings[name])
    return parsed.ok && parsed.listeners.some((listener) => listener.port === port)
  })
}
