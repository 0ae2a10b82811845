import { describe, expect, test } from 'vitest'
import type { Target, UpstreamRow } from '@holdfast/entities'
import type { Exchange } from '@holdfast/plugin-kit'
import type { Peer, Pick } from './balancer.ts'
import type { LookupAnswer } from './dns-lookup.ts'
import { Resolver } from './resolver.ts'
import { ServiceBalancer } from './service-balancer.ts'
import { Upstreams } from './upstreams.ts'

const exchange = {} as Exchange
const ignore = () => {}

function setUp(names: Record<string, readonly string[]> = {}, startOffset = 0) {
  const warnings: string[] = []
  const log = {
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (_: object, message: string) => void warnings.push(message),
  }
  const lookup = async (host: string): Promise<LookupAnswer> => ({ addresses: names[host] ?? [], ttlMs: 60_000 })
  const upstreams = new Upstreams({ resolver: new Resolver({ lookup }), log, startOffset })
  const service = (host: string, port = 80, scheme: 'http' | 'https' = 'http') =>
    new ServiceBalancer({ scheme, host, port }, upstreams)
  return { upstreams, warnings, service }
}

const upstream = (more: object = {}) =>
  ({ id: 'u', name: 'up', algorithm: 'round-robin', ...more }) as unknown as UpstreamRow
const target = (address: string, weight = 100) => ({ id: address, target: address, weight }) as unknown as Target

async function peers(balancer: ServiceBalancer, count: number): Promise<string[]> {
  const seen: string[] = []
  for (let i = 0; i < count; i++) seen.push(describePeer(await balancer.pick(exchange, [])))
  return seen
}

function describePeer(pick: Pick): string {
  return pick.peer ? `${pick.peer.ip}:${pick.peer.port}` : pick.reason
}

const tally = (seen: readonly string[]) =>
  Object.fromEntries([...Map.groupBy(seen, (it) => it)].map(([it, all]) => [it, all.length]).toSorted())

describe('turns', () => {
  test('are in proportion to weight and evenly spread; weight 0 gets none', async () => {
    const { upstreams, service } = setUp()
    upstreams.put(upstream(), [
      target('192.0.2.1:80', 50),
      target('192.0.2.2:80', 10),
      target('192.0.2.3:80', 0),
      target('192.0.2.4:80', 10),
    ])
    const seen = await peers(service('up'), 14)
    expect(tally(seen)).toEqual({ '192.0.2.1:80': 10, '192.0.2.2:80': 2, '192.0.2.4:80': 2 })
    expect(seen.slice(0, 7)).toEqual(seen.slice(7))
    expect(seen.join(' ')).not.toContain('192.0.2.1:80 192.0.2.1:80 192.0.2.1:80 192.0.2.1:80 192.0.2.1:80')
  })

  test('of the others go on when a target comes or goes', async () => {
    const { upstreams, service } = setUp()
    const [a, b, c] = [target('192.0.2.1:80'), target('192.0.2.2:80'), target('192.0.2.3:80')]
    upstreams.put(upstream(), [a, b])
    const balancer = service('up')
    const before = (await balancer.pick(exchange, [])).peer
    upstreams.put(upstream(), [a, b, c])
    const seen = await peers(balancer, 2)
    // The first target had its turn already, so it is not among the next two.
    expect(seen).not.toContain(`${before!.ip}:80`)
    upstreams.put(upstream(), [b, c])
    expect(tally(await peers(balancer, 4))).toEqual({ '192.0.2.2:80': 2, '192.0.2.3:80': 2 })
  })

  test('begin elsewhere on every thread', async () => {
    const firsts: string[] = []
    for (const offset of [0, 1, 2, 3]) {
      const { upstreams, service } = setUp({}, offset)
      upstreams.put(upstream(), [target('192.0.2.1:80'), target('192.0.2.2:80'), target('192.0.2.3:80')])
      firsts.push(...(await peers(service('up'), 1)))
    }
    expect(firsts).toEqual(['192.0.2.1:80', '192.0.2.2:80', '192.0.2.3:80', '192.0.2.1:80'])
  })

  test('pass over peers that were tried, and go round again after the last', async () => {
    const { upstreams, service } = setUp()
    upstreams.put(upstream(), [target('192.0.2.1:80', 1000), target('192.0.2.2:80', 1)])
    const tried: Peer[] = []
    const seen: string[] = []
    for (let i = 0; i < 3; i++) {
      const pick = await service('up').pick(exchange, tried)
      seen.push(describePeer(pick))
      tried.push(pick.peer!)
    }
    expect(seen).toEqual(['192.0.2.1:80', '192.0.2.2:80', '192.0.2.1:80'])
  })
})

describe('names', () => {
  test('every address of a name has its turn, and the same peer each time', async () => {
    const { service } = setUp({ 'many.test': ['192.0.2.1', '192.0.2.2'] })
    const balancer = service('many.test', 8080)
    const seen = [
      await balancer.pick(exchange, []),
      await balancer.pick(exchange, []),
      await balancer.pick(exchange, []),
    ]
    expect(seen.map(describePeer)).toEqual(['192.0.2.1:8080', '192.0.2.2:8080', '192.0.2.1:8080'])
    expect(seen[2]!.peer).toBe(seen[0]!.peer)
  })

  test('a request waits for the first answer only', async () => {
    const { service } = setUp({ 'a.test': ['192.0.2.1'] })
    const balancer = service('a.test')
    expect(balancer.pick(exchange, [])).toBeInstanceOf(Promise)
    await balancer.pick(exchange, [])
    expect(balancer.pick(exchange, [])).not.toBeInstanceOf(Promise)
  })

  test('that do not exist are unresolved for a service and no peer for an upstream', async () => {
    const { upstreams, service } = setUp({ 'there.test': ['192.0.2.9'] })
    expect(await peers(service('nowhere.test'), 1)).toEqual(['unresolved'])
    upstreams.put(upstream(), [target('nowhere.test:80')])
    expect(await peers(service('up'), 1)).toEqual(['no_healthy_peer'])
    upstreams.put(upstream(), [target('nowhere.test:80'), target('there.test:80')])
    expect(await peers(service('up'), 2)).toEqual(['192.0.2.9:80', '192.0.2.9:80'])
    upstreams.put(upstream(), [])
    expect(await peers(service('up'), 1)).toEqual(['no_healthy_peer'])
  })

  test('an upstream takes the place of the host of its name, and gives it back', async () => {
    const { upstreams, service } = setUp({ up: ['192.0.2.7'] })
    const balancer = service('up')
    expect(await peers(balancer, 1)).toEqual(['192.0.2.7:80'])
    upstreams.put(upstream(), [target('192.0.2.1:81')])
    expect(await peers(balancer, 1)).toEqual(['192.0.2.1:81'])
    upstreams.put(upstream({ name: 'renamed' }), [target('192.0.2.1:81')])
    expect(await peers(balancer, 1)).toEqual(['192.0.2.7:80'])
    expect(await peers(service('renamed'), 1)).toEqual(['192.0.2.1:81'])
    upstreams.delete('u')
    expect(await peers(service('renamed'), 1)).toEqual(['unresolved'])
  })

  test('a request that outlives its balancer still gets its peer', async () => {
    const { service } = setUp({ 'a.test': ['192.0.2.1'] })
    const balancer = service('a.test')
    balancer.dispose()
    expect(await peers(balancer, 2)).toEqual(['192.0.2.1:80', '192.0.2.1:80'])
  })

  test('two upstreams may swap their names', async () => {
    const { upstreams, service } = setUp()
    upstreams.put(upstream({ id: '1', name: 'a' }), [target('192.0.2.1:80')])
    upstreams.put(upstream({ id: '2', name: 'b' }), [target('192.0.2.2:80')])
    upstreams.put(upstream({ id: '1', name: 'b' }), [target('192.0.2.1:80')])
    upstreams.put(upstream({ id: '2', name: 'a' }), [target('192.0.2.2:80')])
    expect([await peers(service('a'), 1), await peers(service('b'), 1)]).toEqual([['192.0.2.2:80'], ['192.0.2.1:80']])
  })
})

describe('Host header', () => {
  const cases: readonly [
    scheme: 'http' | 'https',
    target: string,
    hostHeader: string | undefined,
    name: string,
    header: string,
  ][] = [
    // scheme, target        host_header    name            Host
    ['http', '192.0.2.1:80', undefined, '192.0.2.1', '192.0.2.1'],
    ['https', '192.0.2.1:443', undefined, '192.0.2.1', '192.0.2.1'],
    ['https', '192.0.2.1:80', undefined, '192.0.2.1', '192.0.2.1:80'],
    ['http', '192.0.2.1:443', undefined, '192.0.2.1', '192.0.2.1:443'],
    ['http', '192.0.2.1:8000', 'given.test', 'given.test', 'given.test:8000'],
    ['http', '192.0.2.1:80', 'given.test', 'given.test', 'given.test'],
    ['http', '[2001:db8::1]:8000', undefined, '[2001:db8::1]', '[2001:db8::1]:8000'],
  ]
  for (const [scheme, address, hostHeader, name, header] of cases) {
    test(`${scheme} to ${address}${hostHeader ? ` as ${hostHeader}` : ''}`, async () => {
      const { upstreams, service } = setUp()
      upstreams.put(upstream({ host_header: hostHeader ?? null }), [target(address)])
      const { peer } = await service('up', 80, scheme).pick(exchange, [])
      expect(peer).toMatchObject({ name, hostHeader: header })
    })
  }
})

test('an algorithm that is not there is warned about once', () => {
  const { upstreams, warnings } = setUp()
  for (let i = 0; i < 3; i++) upstreams.put(upstream({ algorithm: 'least-connections' }), [])
  expect(warnings).toHaveLength(1)
})
