import type { Route, Service } from '@holdfast/entities'
import type { Revision } from '@holdfast/sync'
import type { Balancer, Outcome, Peer } from '../../balancer/balancer.ts'
import type { Chain, MatchInput, RouteMatch, Runtime, UpstreamTls } from '../../compile/runtime.ts'
import { joinPath } from '../../router/join-path.ts'

export const noPlugins: Chain = { rewrite: [], access: [], response: [], headerFilter: [], bodyFilter: [], log: [] }

export interface TestRoute {
  /** Path prefix. */
  readonly path?: string
  readonly ports: readonly number[]
  readonly chain?: Partial<Chain>
  readonly row?: Partial<Route>
  readonly tls?: UpstreamTls
  readonly timeouts?: { readonly connectMs: number; readonly readMs: number; readonly writeMs: number }
  readonly retries?: number
  /** Instead of ports: what the balancer answers. */
  readonly pick?: Balancer['pick']
  readonly noService?: true
}

export interface TestRuntime extends Runtime {
  readonly outcomes: readonly { readonly port: number; readonly outcome: Outcome }[]
}

const row = {
  protocols: ['http', 'https'],
  strip_path: true,
  preserve_host: false,
  request_buffering: true,
  response_buffering: true,
  https_redirect_status_code: 426,
}

/** A runtime of few routes, written by hand: prefixes are tried in order, peers in the order of their ports. */
export function testRuntime(routes: readonly TestRoute[], globalChain: Partial<Chain> = {}): TestRuntime {
  const outcomes: { port: number; outcome: Outcome }[] = []
  const compiled = routes.map((route) => compileTestRoute(route, outcomes))
  return {
    revision: 1 as Revision,
    outcomes,
    globalChain: { ...noPlugins, ...globalChain },
    certificate: () => undefined,
    match(request: MatchInput): RouteMatch | undefined {
      for (const { prefix, route } of compiled) {
        if (!request.path.startsWith(prefix)) continue
        return {
          route,
          upstreamPath: joinPath(null, request.path, prefix, route.row.strip_path),
          matchedPrefix: prefix,
          captures: undefined,
        }
      }
      return undefined
    },
  }
}

function compileTestRoute(route: TestRoute, outcomes: { port: number; outcome: Outcome }[]) {
  const peers: Peer[] = route.ports.map((port) => ({
    name: '127.0.0.1',
    ip: '127.0.0.1',
    port,
    hostHeader: `127.0.0.1:${port}`,
  }))
  const balancer: Balancer = {
    pick:
      route.pick ??
      ((_, tried) => {
        const peer = peers.find((each) => !tried.includes(each)) ?? peers[tried.length % peers.length]
        return peer ? { peer } : { peer: undefined, reason: 'no_healthy_peer' }
      }),
    report: (peer, outcome) => outcomes.push({ port: peer.port, outcome }),
    dispose: () => undefined,
  }
  return {
    prefix: route.path ?? '/',
    route: {
      row: { ...row, ...route.row } as unknown as Route,
      chain: { ...noPlugins, ...route.chain },
      service: route.noService
        ? null
        : {
            row: {} as Service,
            balancer,
            tls: route.tls ?? null,
            timeouts: route.timeouts ?? { connectMs: 5000, readMs: 5000, writeMs: 5000 },
            retries: route.retries ?? 5,
          },
    },
  }
}
