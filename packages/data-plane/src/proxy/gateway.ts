import type { Runtime } from '../compile/runtime.ts'
import { Pools } from '../upstream/pools.ts'
import type { RealIpRule } from './client-address.ts'
import { newConnectionStats, type ConnectionStats } from './connection-stats.ts'
import { defaultLimits, type ConnectionLimits, type ProxyHooks, type ProxySettings } from './settings.ts'
import { trustedAddresses } from './trusted-addresses.ts'

/** How often upstream time limits are looked at: they are kept to within this. */
const upstreamSweepMs = 25

/** What all exchanges of one proxy thread share. */
export class Gateway {
  readonly runtime: () => Runtime
  readonly settings: ProxySettings
  readonly limits: ConnectionLimits
  readonly hooks: ProxyHooks
  readonly pools: Pools
  readonly realIp: RealIpRule
  readonly stats: ConnectionStats = newConnectionStats()
  /** `holdfast/VERSION`. */
  readonly product: string
  draining = false

  constructor(runtime: () => Runtime, settings: ProxySettings, hooks: ProxyHooks) {
    this.runtime = runtime
    this.settings = settings
    this.limits = { ...defaultLimits, ...settings.limits }
    this.hooks = hooks
    this.pools = new Pools(settings.upstreamKeepalive, upstreamSweepMs)
    this.realIp = {
      trusted: trustedAddresses(settings.trustedIps),
      header: settings.realIpHeader,
      recursive: settings.realIpRecursive,
    }
    this.product = `holdfast/${settings.version}`
  }
}
