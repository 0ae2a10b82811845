// Prints what one match, one insertion and one removal cost. Run with Node: `node packages/data-plane/src/router/router.bench.ts`;
// `--quick` leaves out the largest tables, which take half a minute to build.
import type { MatchInput } from '../compile/runtime.ts'
import type { RouteConditions } from './route-conditions.ts'
import { Router, prepareRoute } from './router.ts'

const shapes: Readonly<Record<string, (n: number) => Omit<RouteConditions, 'id'>>> = {
  'host + path + method': (n) => ({
    hosts: [`host${n >> 2}.example.test`],
    paths: [`/api/v1/service${n}`],
    methods: ['GET'],
  }),
  path: (n) => ({ paths: [`/team${n % 97}/service${n}/`] }),
  'regex path': (n) => ({ paths: [`~/team${n % 97}/service${n}/(?<id>\\d+)$`] }),
  'host, path; every 100th wildcard': (n) =>
    n % 100 === 0
      ? { hosts: [`*.zone${n}.test`], paths: ['/'] }
      : { hosts: [`host${n}.example.test`], paths: ['/api', '/ws/v1'] },
}

const sizes = process.argv.includes('--quick') ? [1, 1000] : [1, 1000, 100_000]

const emptyHeaders: readonly string[] = []

function requestFor(conditions: Omit<RouteConditions, 'id'>): MatchInput {
  const path = (conditions.paths?.[0] ?? '/').replace(/^~/, '').replace('(?<id>\\d+)$', '42')
  return {
    method: 'GET',
    host: (conditions.hosts?.[0] ?? 'other.test').replace('*', 'www'),
    port: 8000,
    path: path.endsWith('/42') ? path : `${path}/items/42`,
    scheme: 'http',
    sni: '',
    headerValues: () => emptyHeaders,
  }
}

function nanosecondsPer(count: number, work: (i: number) => void): number {
  const started = process.hrtime.bigint()
  for (let i = 0; i < count; i++) work(i)
  return Number(process.hrtime.bigint() - started) / count
}

function nanosecondsPerMatch(router: Router<number>, requests: readonly MatchInput[]): number {
  let misses = 0
  const matchOne = (i: number) => {
    if (!router.match(requests[i % requests.length]!)) misses++
  }
  nanosecondsPer(200_000, matchOne)
  const fastest = Math.min(...[1, 2, 3].map(() => nanosecondsPer(200_000, matchOne)))
  if (misses > 0) throw new Error(`${misses} requests matched nothing`)
  return fastest
}

const id = (n: number) => `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`
const rounded = (value: number) => value.toFixed(value < 10 ? 1 : 0).padStart(8)

// Few busy routes stay in the processor's caches; requests spread over 4096 routes of many show what its memory costs.
console.log('shape                              routes  ns/match: 64 routes, 4096 routes   µs/put  µs/remove  build ms')
for (const [name, shape] of Object.entries(shapes)) {
  for (const size of sizes) {
    const router = new Router<number>()
    const build = nanosecondsPer(size, (n) => router.put(prepareRoute({ id: id(n), ...shape(n) }), n)) * size
    const requests = Array.from({ length: Math.min(size, 4096) }, (_, i) => requestFor(shape((i * 7919) % size)))
    const [hot, spread] = [requests.slice(0, 64), requests].map((asked) => nanosecondsPerMatch(router, asked))
    // Routes beyond those that stand there, taken in and out again.
    const extra = Array.from({ length: 2000 }, (_, i) => ({ id: id(size + i), ...shape(size + i) }))
    const put = nanosecondsPer(extra.length, (i) => router.put(prepareRoute(extra[i]!), i))
    const remove = nanosecondsPer(extra.length, (i) => router.remove(extra[i]!.id))
    console.log(
      `${name.padEnd(33)} ${String(size).padStart(7)} ${rounded(hot!)}        ${rounded(spread!)}             ${rounded(put / 1000)} ${rounded(remove / 1000)}  ${rounded(build / 1e6)}`,
    )
  }
}
