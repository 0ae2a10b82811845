import { beforeEach, describe, expect, test } from 'vitest'
import { check } from './compile.ts'
import { CompileFailure } from './compile-error.ts'
import { TestGateway, created, disposed, markingPlugin } from './testing/gateway.ts'

const service = (host = 'service.test', more: object = {}) => ({
  name: null,
  protocol: 'http',
  host,
  port: 80,
  path: null,
  ...more,
})
const route = (serviceId: string | null, more: object = {}) => ({
  name: null,
  protocols: ['http', 'https'],
  strip_path: true,
  service: serviceId && { id: serviceId },
  ...more,
})
const plugin = (name: string, more: object = {}) => ({
  name,
  instance_name: null,
  route: null,
  service: null,
  consumer: null,
  enabled: true,
  protocols: ['http', 'https'],
  config: { label: name },
  ...more,
})

const first = markingPlugin('first', 1000, (mark) => ({ access: () => void mark(''), log: () => void mark(' log') }))
const second = markingPlugin('second', 10, (mark) => ({ access: () => void mark('') }))
const secondToo = markingPlugin('second-too', 10, (mark) => ({ access: () => void mark('') }))
const early = markingPlugin('early', 5, (mark) => ({ rewrite: () => void mark('') }))

beforeEach(() => {
  created.length = 0
  disposed.length = 0
})

describe('routes and services', () => {
  test('a change reaches what it touches and nothing else', async () => {
    const gateway = new TestGateway()
    await gateway.change({
      services: { s: service() },
      routes: { a: route('s', { paths: ['/a'] }), b: route('s', { paths: ['/b'] }) },
    })
    const a = gateway.match('/a/1')!
    expect(a.upstreamPath).toBe('/1')
    expect(a.matchedPrefix).toBe('/a')

    await gateway.change({ routes: { b: route('s', { paths: ['/c'] }) } })
    expect(gateway.match('/b')).toBeUndefined()
    expect(gateway.match('/c')?.route.row.id).toBe('b')
    expect(gateway.match('/a')!.route).toBe(a.route)

    await gateway.change({ services: { s: service('service.test', { path: '/base', read_timeout: 5 }) } })
    expect(gateway.match('/a/1')!.upstreamPath).toBe('/base/1')
    expect(gateway.match('/a/1')!.route.service!.timeouts.readMs).toBe(5)
    // What a request took before stays as it was.
    expect(a.route.service!.timeouts.readMs).toBe(60_000)
    // Host and port are the same, so the turns go on.
    expect(gateway.match('/a')!.route.service!.balancer).toBe(a.route.service!.balancer)

    await gateway.change({ services: { s: service('other.test') } })
    expect(gateway.match('/a')!.route.service!.balancer).not.toBe(a.route.service!.balancer)
    await gateway.change({ routes: { a: null } })
    expect(gateway.match('/a')).toBeUndefined()
  })

  test('routes of a disabled service match nothing until it is enabled', async () => {
    const gateway = new TestGateway()
    await gateway.change({
      services: { s: service('x.test', { enabled: false }) },
      routes: { a: route('s', { paths: ['/a'] }) },
    })
    expect(gateway.match('/a')).toBeUndefined()
    await gateway.change({ services: { s: service('x.test', { enabled: true }) } })
    expect(gateway.match('/a')).toBeDefined()
    await gateway.change({ services: { s: service('x.test', { enabled: false }) } })
    expect(gateway.match('/a')).toBeUndefined()
    await gateway.change({ services: { s: null }, routes: { a: null } })
    expect(gateway.match('/a')).toBeUndefined()
  })

  test('stream routes are not matched; a route needs no service', async () => {
    const gateway = new TestGateway()
    await gateway.change({ routes: { t: route(null, { protocols: ['tcp'] }), a: route(null, { paths: ['/a'] }) } })
    expect(gateway.match('/x')).toBeUndefined()
    expect(gateway.match('/a')!.route.service).toBeNull()
  })

  test('a snapshot and a change too large to be made in place give the same', async () => {
    const gateway = new TestGateway([first])
    await gateway.change({
      services: { s: service() },
      routes: { old: route('s', { paths: ['/old'] }) },
      plugins: { p: plugin('first') },
    })
    const { balancer } = gateway.match('/old')!.route.service!
    const many = Object.fromEntries(
      Array.from({ length: 800 }, (_, i) => [`r${i}`, route('s', { paths: [`/r${i}/`] })]),
    )
    await gateway.change({ routes: { ...many, old: null } })
    expect(gateway.match('/old')).toBeUndefined()
    expect(gateway.match('/r799/')!.route.row.id).toBe('r799')
    expect(gateway.match('/r1/')!.route.service!.balancer).toBe(balancer)
    await gateway.change({ routes: { old: route('s', { paths: ['/old'] }) } }, 'all')
    expect(gateway.match('/old')!.route.row.id).toBe('old')
    expect(created).toEqual(['first first'])
    expect(disposed).toEqual([])
  })
})

describe('plugins', () => {
  test('run by priority, then by name from the end of the alphabet; disabled ones and those for streams do not', async () => {
    const gateway = new TestGateway([first, second, secondToo])
    await gateway.change({
      routes: { a: route(null, { paths: ['/a'] }) },
      plugins: {
        1: plugin('second'),
        2: plugin('first'),
        3: plugin('second-too'),
        4: plugin('first', { route: { id: 'a' }, enabled: false }),
        5: plugin('second', { route: { id: 'a' }, protocols: ['tcp'] }),
      },
    })
    expect(gateway.run(gateway.match('/a')!.route.chain)).toEqual(['first', 'second-too', 'second', 'first log'])
  })

  const scopes = [
    ['global', {}],
    ['service', { service: { id: 's' } }],
    ['route', { route: { id: 'r' } }],
    ['consumer', { consumer: { id: 'c' } }],
    ['route+service', { route: { id: 'r' }, service: { id: 's' } }],
    ['consumer+service', { consumer: { id: 'c' }, service: { id: 's' } }],
    ['consumer+route', { consumer: { id: 'c' }, route: { id: 'r' } }],
    ['consumer+route+service', { consumer: { id: 'c' }, route: { id: 'r' }, service: { id: 's' } }],
  ] as const

  test('the narrowest scope wins, each in its turn', async () => {
    const gateway = new TestGateway([first])
    await gateway.change({
      services: { s: service() },
      routes: {
        r: route('s', { paths: ['/r'] }),
        other: route('s', { paths: ['/other'] }),
        free: route(null, { paths: ['/free'] }),
      },
    })
    const seen: string[][] = []
    for (const [label, scope] of scopes) {
      await gateway.change({ plugins: { [label]: plugin('first', { ...scope, config: { label } }) } })
      const chosen = (path: string, consumer?: string) =>
        gateway.run(gateway.match(path)!.route.chain, consumer)[0] ?? 'none'
      seen.push([
        label,
        chosen('/r', 'c'),
        chosen('/r'),
        chosen('/other', 'c'),
        chosen('/free', 'c'),
        chosen('/r', 'd'),
      ])
    }
    expect(seen).toEqual([
      // added                  /r as c                   /r              /other as c         /free as c  /r as d
      ['global', 'global', 'global', 'global', 'global', 'global'],
      ['service', 'service', 'service', 'service', 'global', 'service'],
      ['route', 'route', 'route', 'service', 'global', 'route'],
      ['consumer', 'consumer', 'route', 'consumer', 'consumer', 'route'],
      ['route+service', 'route+service', 'route+service', 'consumer', 'consumer', 'route+service'],
      ['consumer+service', 'consumer+service', 'route+service', 'consumer+service', 'consumer', 'route+service'],
      ['consumer+route', 'consumer+route', 'route+service', 'consumer+service', 'consumer', 'route+service'],
      [
        'consumer+route+service',
        'consumer+route+service',
        'route+service',
        'consumer+service',
        'consumer',
        'route+service',
      ],
    ])
    // And back again, as they go.
    for (const [label] of scopes.toReversed()) {
      expect(gateway.run(gateway.match('/r')!.route.chain, 'c')[0]).toBe(label)
      await gateway.change({ plugins: { [label]: null } })
    }
    expect(gateway.match('/r')!.route.chain.access).toEqual([])
  })

  test('the instance chosen in access is the one that logs', async () => {
    const gateway = new TestGateway([first])
    await gateway.change({
      routes: { r: route(null, { paths: ['/r'] }) },
      plugins: {
        g: plugin('first', { config: { label: 'g' } }),
        c: plugin('first', { consumer: { id: 'c' }, config: { label: 'c' } }),
      },
    })
    const { chain } = gateway.match('/r')!.route
    expect(gateway.run(chain, 'c')).toEqual(['c', 'c log'])
    expect(gateway.run(chain, 'd')).toEqual(['g', 'g log'])
    // One more consumer needs no new chain.
    await gateway.change({ plugins: { d: plugin('first', { consumer: { id: 'd' }, config: { label: 'd' } }) } })
    expect(gateway.match('/r')!.route.chain).toBe(chain)
    expect(gateway.run(chain, 'd')).toEqual(['d', 'd log'])
  })

  test('before routing only global instances run', async () => {
    const gateway = new TestGateway([early])
    await gateway.change({
      routes: { r: route(null, { paths: ['/r'] }) },
      plugins: { r: plugin('early', { route: { id: 'r' } }) },
    })
    expect(gateway.runtime!.globalChain.rewrite).toHaveLength(0)
    await gateway.change({ plugins: { g: plugin('early') } })
    expect(gateway.runtime!.globalChain.rewrite).toHaveLength(1)
    expect(gateway.match('/r')!.route.chain.rewrite).toHaveLength(1)
  })

  test('routes that no plugin names share a chain', async () => {
    const gateway = new TestGateway([first])
    await gateway.change({
      services: { s: service() },
      routes: { a: route('s', { paths: ['/a'] }), b: route('s', { paths: ['/b'] }), c: route(null, { paths: ['/c'] }) },
      plugins: { g: plugin('first') },
    })
    expect(gateway.match('/a')!.route.chain).toBe(gateway.match('/c')!.route.chain)
    await gateway.change({ plugins: { s: plugin('first', { service: { id: 's' } }) } })
    expect(gateway.match('/a')!.route.chain).toBe(gateway.match('/b')!.route.chain)
    expect(gateway.match('/a')!.route.chain).not.toBe(gateway.match('/c')!.route.chain)
  })

  test('an instance lives while its row is the same', async () => {
    const gateway = new TestGateway([first])
    await gateway.change({ plugins: { p: plugin('first', { config: { label: 'one' } }) } })
    await gateway.change({ plugins: { p: plugin('first', { config: { label: 'one' } }) } })
    expect([created, disposed]).toEqual([['first one'], []])
    await gateway.change({ plugins: { p: plugin('first', { config: { label: 'two' } }) } })
    expect([created, disposed]).toEqual([['first one', 'first two'], ['first one']])
    await gateway.change({ plugins: { p: null } })
    expect(disposed).toEqual(['first one', 'first two'])
  })
})

describe('what cannot be compiled', () => {
  const bad = [
    ['a path regex', { routes: { x: route(null, { name: 'bad', paths: ['~/(?=y)'] }) } }, 'routes', 'bad'],
    ['a header regex', { routes: { x: route(null, { headers: { a: ['~*('] } }) } }, 'routes', null],
    ['a missing service', { routes: { x: route('nowhere') } }, 'routes', null],
    ['an unknown plugin', { plugins: { x: plugin('nonesuch') } }, 'plugins', 'nonesuch'],
    [
      'a refused configuration',
      { plugins: { x: plugin('first', { instance_name: 'mine', config: { broken: true } }) } },
      'plugins',
      'mine',
    ],
    ['a certificate', { certificates: { x: { cert: 'nonsense', key: 'nonsense' } } }, 'certificates', null],
    ['a CA certificate', { ca_certificates: { x: { cert: 'nonsense' } } }, 'ca_certificates', null],
    ['a missing certificate', { snis: { x: { name: 'a.test', certificate: { id: 'nowhere' } } } }, 'snis', 'a.test'],
    ['a missing upstream', { targets: { x: { target: 'a.test:80', upstream: { id: 'nowhere' } } } }, 'targets', null],
  ] as const

  for (const [what, rows, entity, name] of bad) {
    test(`${what} is found beforehand`, async () => {
      const gateway = new TestGateway([first])
      const touched = gateway.reader.change(rows)
      expect(await check(gateway.reader, touched, gateway.plugins)).toMatchObject([{ entity, id: 'x', name }])
      expect(await check(gateway.reader, 'all', gateway.plugins)).toMatchObject([{ entity, id: 'x', name }])
    })
  }

  test('the previous runtime serves on, and nothing that was started stays', async () => {
    const gateway = new TestGateway([first])
    const before = await gateway.change({ routes: { a: route(null, { paths: ['/a'] }) } })
    const failing = gateway.change({ routes: { a: null, x: route('nowhere') }, plugins: { p: plugin('first') } })
    await expect(failing).rejects.toThrow(CompileFailure)
    expect(before.match({ ...gatewayRequest })).toBeDefined()
    expect(before.globalChain.access).toEqual([])
    expect(disposed).toEqual(created)
  })

  test('what is sound passes', async () => {
    const gateway = new TestGateway([first])
    gateway.reader.change({
      services: { s: service() },
      routes: { a: route('s', { paths: ['~/a/\\d+$'] }) },
      plugins: { p: plugin('first') },
    })
    expect(await check(gateway.reader, 'all', gateway.plugins)).toEqual([])
    expect(disposed).toEqual([])
  })
})

const gatewayRequest = {
  method: 'GET',
  host: '',
  port: 8000,
  path: '/a',
  scheme: 'http',
  sni: '',
  headerValues: () => [],
} as const
