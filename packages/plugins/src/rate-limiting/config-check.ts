import { PERIODS, type Period } from './windows.ts'

type Settings = { readonly [period in Period]?: number | null } & {
  readonly policy?: string | null
  readonly sync_rate?: number | null
  readonly error_code?: number | null
  readonly redis?: { readonly host?: string | null } | null
}

/** Kong's rules about limits and `sync_rate`, in its order and words, and then what this gateway cannot do yet. */
export function checkConfig(config: Settings): string | undefined {
  return checkOrder(config) ?? checkSyncRate(config) ?? checkAvailable(config)
}

/** Policies that the schema knows and that nothing carries out yet: refused, so that no accepted limit is without effect. */
export function unavailablePolicy(policy: string | null | undefined): string | undefined {
  return policy === undefined || policy === null || policy === 'local'
    ? undefined
    : `policy '${policy}' not available yet; use 'local'`
}

function checkOrder(config: Settings): string | undefined {
  for (const [i, shorter] of PERIODS.entries()) {
    const least = config[shorter]
    if (typeof least !== 'number') continue
    for (const longer of PERIODS.slice(i + 1)) {
      const limit = config[longer]
      if (typeof limit === 'number' && limit < least)
        return `The limit for ${longer}(${limit.toFixed(1)}) cannot be lower than the limit for ${shorter}(${least.toFixed(1)})`
    }
  }
  return undefined
}

function checkSyncRate({ policy, sync_rate: rate }: Settings): string | undefined {
  if (rate === undefined || rate === null || rate === -1) return undefined
  if (policy !== 'redis') return 'sync_rate can only be used with the redis policy'
  return rate < 0.02 ? 'sync_rate must be greater than 0.02, or -1 to disable' : undefined
}

function checkAvailable({ policy, error_code: status, redis }: Settings): string | undefined {
  if (typeof status === 'number' && !(Number.isInteger(status) && status >= 100 && status <= 599))
    return 'error_code must be an HTTP status, an integer between 100 and 599'
  // Without a host there is a clearer answer, which the checks of the whole row give.
  return policy === 'redis' && !redis?.host ? undefined : unavailablePolicy(policy)
}
