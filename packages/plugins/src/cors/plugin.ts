import { definePlugin, type Exchange, type Reply } from '@holdfast/plugin-kit'
import { corsConfig } from './config.ts'
import { originRule, type Allowance } from './origins.ts'

export const cors = definePlugin(corsConfig, (config, host) => {
  const allowanceFor = originRule(config.origins ?? [])
  const exposed = list(config.exposed_headers)
  const preflight = preflightReply(config)
  /** Set on a preflight request, whose answer is either complete or none of this plugin's business. */
  const settled = host.slot<boolean>('cors.settled')

  function allowance(exchange: Exchange): Allowance {
    const allowed = allowanceFor(exchange.request.header('origin'))
    if (!config.credentials) return allowed
    if (allowed.origin !== '*') return { ...allowed, credentials: true }
    // Browsers refuse `*` together with credentials, so the origin itself is named.
    const origin = exchange.request.header('origin')
    return origin === undefined ? allowed : { origin, varies: allowed.varies + 1, credentials: true }
  }

  return {
    access(exchange) {
      const { request } = exchange
      if (request.method !== 'OPTIONS') return undefined
      if (request.header('origin') === undefined || request.header('access-control-request-method') === undefined)
        return undefined
      exchange.write(settled, true)
      return config.preflight_continue ? undefined : preflight(exchange, allowance(exchange))
    },
    headerFilter(exchange) {
      if (exchange.read(settled)) return undefined
      const { response } = exchange
      const { origin, varies, credentials } = allowance(exchange)
      for (let i = 0; i < varies; i++) response.addHeader('vary', 'Origin')
      if (origin === undefined) response.removeHeader('Access-Control-Allow-Origin')
      else response.setHeader('Access-Control-Allow-Origin', origin)
      if (credentials) response.setHeader('Access-Control-Allow-Credentials', 'true')
      if (exposed !== undefined) response.setHeader('Access-Control-Expose-Headers', exposed)
      return undefined
    },
  }
})

interface PreflightSettings {
  readonly headers: readonly string[] | null
  readonly methods: readonly string[]
  readonly max_age: number | null
  readonly private_network: boolean
}

/** The whole answer to a preflight request. */
function preflightReply(config: PreflightSettings): (exchange: Exchange, allowance: Allowance) => Reply {
  const methods = config.methods.join(',')
  const headers = list(config.headers)
  return ({ request }, { origin, varies, credentials }) => {
    const requested = headers ?? request.header('access-control-request-headers')
    const isPrivate = request.header('access-control-request-private-network') === 'true'
    return {
      status: 200,
      headers: {
        ...(origin !== undefined && { 'Access-Control-Allow-Origin': origin }),
        ...(varies > 0 && { vary: 'Origin' }),
        ...(credentials && { 'Access-Control-Allow-Credentials': 'true' }),
        ...(requested !== undefined && { 'Access-Control-Allow-Headers': requested }),
        'Access-Control-Allow-Methods': methods,
        ...(config.max_age !== null && { 'Access-Control-Max-Age': String(config.max_age) }),
        ...(config.private_network && isPrivate && { 'Access-Control-Allow-Private-Network': 'true' }),
      },
    }
  }
}

function list(values: readonly string[] | null): string | undefined {
  return values === null || values.length === 0 ? undefined : values.join(',')
}
