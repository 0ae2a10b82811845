import type { Route, Service } from '@holdfast/entities'
import { definePlugin, type Exchange } from '@holdfast/plugin-kit'
import { prometheusConfig } from './config.ts'
import { families } from './families.ts'
import { RouteSeries } from './route-series.ts'

export const prometheus = definePlugin(prometheusConfig, (config, { metrics }) => {
  // Asking for the family is what tells the main thread, which knows the targets, to fill it.
  if (config.upstream_health_metrics) metrics.gauge(families.targetHealth)
  const bandwidth = config.bandwidth_metrics ? metrics.counter(families.bandwidth) : undefined
  const requests = config.status_code_metrics ? metrics.counter(families.requests) : undefined
  const latencies = config.latency_metrics
    ? {
        request: metrics.histogram(families.requestLatency),
        upstream: metrics.histogram(families.upstreamLatency),
        kong: metrics.histogram(families.kongLatency),
      }
    : undefined
  if (!bandwidth && !requests && !latencies) return {}

  const byRoute = new WeakMap<Route, { readonly service: Service | null; readonly series: RouteSeries }>()
  function seriesOf(route: Route, service: Service | null): RouteSeries {
    const known = byRoute.get(route)
    if (known?.service === service) return known.series
    const series = new RouteSeries(route, service, { bandwidth, requests, latencies })
    byRoute.set(route, { service, series })
    return series
  }

  return {
    log(exchange: Exchange) {
      // As in Kong, requests that no route takes are not counted here.
      if (exchange.route === null) return undefined
      const consumer = config.per_consumer ? (exchange.consumer?.username ?? '') : ''
      return seriesOf(exchange.route, exchange.service).record(exchange, consumer)
    },
  }
})
