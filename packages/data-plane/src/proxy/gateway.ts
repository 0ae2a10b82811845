import type { Exchange } from '@holdfast/plugin-kit'
import type { Runtime } from '../compile/runtime.ts'
import { inOnePiece } from '../http1/latin1.ts'
import { Pools } from '../upstream/pools.ts'
import type { ProxyExchange } from './exchange.ts'
import { LatencyLines } from './latency-lines.ts'
import type { RealIpRule } from './client-address.ts'
import { ConnectionCounts } from './connection-counts.ts'
import { defaultLimits, type ConnectionLimits, type ProxyHooks, type ProxySettings } from './settings.ts'
import { trustedAddresses } from './trusted-addresses.ts'

/** How often upstream time limits are looked at: they are kept to within this. */
const upstreamSweepMs = 25

export type OwnHeaders = Readonly<
  Record<
    'server' | 'via' | 'proxyLatency' | 'upstreamLatency' | 'responseLatency' | 'upstreamStatus' | 'requestId',
    boolean
  >
>

/** What all exchanges of one proxy thread share. */
export class Gateway {
  readonly runtime: () => Runtime
  readonly settings: ProxySettings
  readonly limits: ConnectionLimits
  readonly hooks: ProxyHooks
  readonly pools: Pools
  readonly realIp: RealIpRule
  readonly stats = new ConnectionCounts()
  /** `holdfast/VERSION`. */
  readonly product: string
  /** Which of our headers answers carry: the set as fields, since it is asked for every answer. */
  readonly ownHeaders: OwnHeaders
  readonly latencyLines: LatencyLines
  readonly viaValue: string
  readonly viaLine: string
  readonly serverLine: string
  /** Ends an exchange in which the gateway itself threw. */
  readonly defect: (exchange: ProxyExchange, error: unknown) => void
  /** `hooks.finished`, run like a step of the log phase. */
  readonly finishedSteps: readonly ((exchange: Exchange) => undefined)[]
  draining = false

  constructor(runtime: () => Runtime, settings: ProxySettings, hooks: ProxyHooks, defect: Gateway['defect']) {
    this.defect = defect
    this.runtime = runtime
    this.settings = settings
    this.limits = { ...defaultLimits, ...settings.limits }
    this.hooks = hooks
    this.finishedSteps = hooks.finished ? [hooks.finished] : []
    this.pools = new Pools(settings.upstreamKeepalive, upstreamSweepMs)
    this.realIp = {
      trusted: trustedAddresses(settings.trustedIps),
      header: settings.realIpHeader,
      recursive: settings.realIpRecursive,
    }
    this.product = `holdfast/${settings.version}`
    this.viaValue = `1.1 ${this.product}`
    this.viaLine = inOnePiece(`Via: ${this.viaValue}\r\n`)
    this.serverLine = inOnePiece(`Server: ${this.product}\r\n`)
    const wanted = settings.responseHeaders
    this.ownHeaders = {
      server: wanted.has('server'),
      via: wanted.has('via'),
      proxyLatency: wanted.has('x-kong-proxy-latency'),
      upstreamLatency: wanted.has('x-kong-upstream-latency'),
      responseLatency: wanted.has('x-kong-response-latency'),
      upstreamStatus: wanted.has('x-kong-upstream-status'),
      requestId: wanted.has('x-kong-request-id'),
    }
    this.latencyLines = new LatencyLines(this.ownHeaders)
  }
}
