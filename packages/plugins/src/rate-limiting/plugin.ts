import { definePlugin, errorReply, type Exchange } from '@holdfast/plugin-kit'
import { unavailablePolicy } from './config-check.ts'
import { rateLimitingConfig } from './config.ts'
import { identifierOf } from './identifier.ts'
import { Limit } from './limit.ts'
import { clientHeaders, type Usage } from './usage.ts'
import { PERIODS } from './windows.ts'

export const rateLimiting = definePlugin(rateLimitingConfig, (config, host) => {
  const unavailable = unavailablePolicy(config.policy)
  if (unavailable !== undefined) throw new Error(unavailable)

  const counters = host.counters.within(`rate-limiting ${host.plugin.id}`)
  const limits = PERIODS.flatMap((period) => {
    const most = config[period]
    return most === null ? [] : [new Limit(period, most, counters)]
  })
  const identify = identifierOf(config)
  const refusal = errorReply(config.error_code, config.error_message)
  const usage = host.slot<Usage>('rate-limiting.usage')
  const isTold = !config.hide_client_headers

  return {
    access(exchange) {
      const now = host.now()
      const name = identify(exchange)
      const address = exchange.client.forwardedIp
      const remaining: number[] = []
      let isRefused = false
      // Each window is counted first and taken back if a later one refuses: so no two threads can both take the last place.
      for (let i = 0; i < limits.length; i++) {
        const limit = limits[i]!
        limit.moveTo(now)
        if (isRefused) {
          remaining.push(Math.max(0, limit.most - limit.used(name, address, now)))
          continue
        }
        const used = limit.count(name, address, 1, now)
        if (used - 1 < limit.most) {
          remaining.push(Math.max(0, limit.most - used))
          continue
        }
        isRefused = true
        limit.count(name, address, -1, now)
        for (let earlier = 0; earlier < i; earlier++) {
          remaining[earlier] = Math.max(0, limits[earlier]!.most - limits[earlier]!.count(name, address, -1, now))
        }
        remaining.push(0)
      }
      if (isTold) exchange.write(usage, { remaining, isRefused, now })
      return isRefused ? refusal : undefined
    },
    ...(isTold && {
      headerFilter: clientHeaders(limits, (exchange: Exchange) => exchange.read(usage)),
    }),
  }
})
