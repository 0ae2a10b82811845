// Names, labels and buckets are Kong's, so that its dashboards and alerts go on working.

const UPSTREAM_BUCKETS = [25, 50, 80, 100, 250, 400, 700, 1000, 2000, 5000, 10000, 30000, 60000] as const

export const families = {
  requests: {
    name: 'kong_http_requests_total',
    help: 'Requests by status, and by who answered: the service or the gateway',
    labels: ['service', 'route', 'code', 'source', 'workspace', 'consumer'],
  },
  bandwidth: {
    name: 'kong_bandwidth_bytes',
    help: 'Bytes received from clients (ingress) and sent to them (egress)',
    labels: ['service', 'route', 'direction', 'workspace', 'consumer'],
  },
  kongLatency: {
    name: 'kong_kong_latency_ms',
    help: 'Milliseconds a request spent in the gateway and its plugins',
    labels: ['service', 'route', 'workspace'],
    buckets: [1, 2, 5, 7, 10, 15, 20, 30, 50, 75, 100, 200, 500, 750, 1000, 3000, 6000],
  },
  upstreamLatency: {
    name: 'kong_upstream_latency_ms',
    help: 'Milliseconds until the service began to answer',
    labels: ['service', 'route', 'workspace'],
    buckets: UPSTREAM_BUCKETS,
  },
  requestLatency: {
    name: 'kong_request_latency_ms',
    help: 'Milliseconds from the first byte of a request to the last of its answer',
    labels: ['service', 'route', 'workspace'],
    buckets: UPSTREAM_BUCKETS,
  },
  targetHealth: {
    name: 'kong_upstream_target_health',
    help: 'State of each target: healthchecks_off, healthy, unhealthy or dns_error; 1 for the one it is in',
    labels: ['upstream', 'target', 'address', 'state', 'subsystem'],
  },
} as const
