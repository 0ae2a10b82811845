import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DnsLookup } from './dns-lookup.ts'
import { parseHosts } from './hosts-file.ts'
import { parseResolvConf } from './resolv-conf.ts'
import { Resolver } from './resolver.ts'
import { startNameServer } from './testing/name-server.ts'
import type { NameServer } from './testing/name-server.ts'

const ignore = () => {}
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resolver-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function lookupWith(server: NameServer, files: { readonly hosts?: string; readonly resolvConf?: string } = {}) {
  const hostsPath = join(folder, 'hosts')
  const resolvConfPath = join(folder, 'resolv.conf')
  await writeFile(hostsPath, files.hosts ?? '')
  await writeFile(resolvConfPath, files.resolvConf ?? '')
  return new DnsLookup({ hostsPath, resolvConfPath, servers: [server.address] }).lookup
}

describe('looking a name up', () => {
  test('asks the hosts file, then name servers with the search list', async () => {
    const server = await startNameServer({
      'full.test': { addresses: ['192.0.2.1', '192.0.2.2'], ttl: 7 },
      'short.svc.test': { addresses: ['192.0.2.3'], ttl: 1 },
    })
    const lookup = await lookupWith(server, {
      hosts: '192.0.2.9 listed.test\n',
      resolvConf: 'search svc.test\noptions ndots:1\n',
    })
    expect(await lookup('listed.test')).toMatchObject({ addresses: ['192.0.2.9'] })
    expect(server.asked).toEqual([])
    const full = await lookup('full.test')
    expect({ ...full, addresses: full.addresses.toSorted() }).toEqual({
      addresses: ['192.0.2.1', '192.0.2.2'],
      ttlMs: 7000,
    })
    expect(await lookup('short')).toEqual({ addresses: ['192.0.2.3'], ttlMs: 1000 })
    expect(await lookup('localhost')).toMatchObject({ addresses: ['127.0.0.1'] })
    expect(await lookup('no.where.test')).toMatchObject({ addresses: [] })
    expect(server.asked).toEqual(['full.test', 'short.svc.test', 'no.where.test', 'no.where.test.svc.test'])
    server.close()
  })

  test('tells a name server that fails from a name that does not exist', async () => {
    const server = await startNameServer({}, { refuse: true })
    const lookup = await lookupWith(server)
    await expect(lookup('any.test')).rejects.toThrow()
    server.close()
  })
})

describe('a watched name', () => {
  function controlled() {
    let time = 0
    let next: { addresses: readonly string[]; ttlMs: number } | 'failure' = { addresses: ['192.0.2.1'], ttlMs: 10_000 }
    const asked: string[] = []
    const resolver = new Resolver({
      now: () => time,
      lookup: async (host) => {
        asked.push(host)
        if (next === 'failure') throw new Error('no answer')
        return next
      },
    })
    const settle = () => new Promise((resolve) => setImmediate(resolve))
    return {
      resolver,
      asked,
      settle,
      pass: (ms: number) => void (time += ms),
      answer: (given: typeof next) => void (next = given),
    }
  }

  test('is asked for once, however many want it, and again when it ran out', async () => {
    const { resolver, asked, pass, answer, settle } = controlled()
    const watched = Array.from({ length: 50 }, () => resolver.watch('A.test', ignore))
    expect(watched[0]!.pending).toBe(true)
    await Promise.all(watched.map(({ firstAnswer }) => firstAnswer))
    expect([asked, watched[9]!.addresses, watched[9]!.pending]).toEqual([['a.test'], ['192.0.2.1'], false])

    let changes = 0
    const other = resolver.watch('a.test', () => changes++)
    pass(9_999)
    other.touch()
    expect(asked).toHaveLength(1)
    pass(1)
    answer({ addresses: ['192.0.2.2'], ttlMs: 10_000 })
    other.touch()
    other.touch()
    // What was known is served while the answer is awaited.
    expect(other.addresses).toEqual(['192.0.2.1'])
    await settle()
    expect([asked.length, other.addresses, changes]).toEqual([2, ['192.0.2.2'], 1])
  })

  test('keeps its addresses while name servers fail, for an hour', async () => {
    const { resolver, asked, pass, answer, settle } = controlled()
    const watched = resolver.watch('a.test', ignore)
    await watched.firstAnswer
    answer('failure')
    pass(10_000)
    watched.touch()
    await settle()
    expect(watched.addresses).toEqual(['192.0.2.1'])
    watched.touch()
    expect(asked).toHaveLength(2)
    pass(1_000)
    watched.touch()
    await settle()
    expect([asked.length, watched.addresses]).toEqual([3, ['192.0.2.1']])
    pass(3_600_000)
    watched.touch()
    await settle()
    expect(watched.addresses).toEqual([])
  })

  test('that does not exist is not asked for again for half a minute', async () => {
    const { resolver, asked, pass, answer, settle } = controlled()
    answer({ addresses: [], ttlMs: 0 })
    const watched = resolver.watch('a.test', ignore)
    await watched.firstAnswer
    expect([watched.addresses, watched.pending]).toEqual([[], false])
    pass(29_999)
    watched.touch()
    expect(asked).toHaveLength(1)
    pass(1)
    answer({ addresses: ['192.0.2.1'], ttlMs: 1 })
    watched.touch()
    await settle()
    expect(watched.addresses).toEqual(['192.0.2.1'])
  })

  test('that nobody watches is remembered, but tells nobody', async () => {
    const { resolver, asked, pass, answer, settle } = controlled()
    let changes = 0
    const watched = resolver.watch('a.test', () => changes++)
    await watched.firstAnswer
    watched.close()
    const again = resolver.watch('a.test', ignore)
    expect([again.addresses, asked.length, changes]).toEqual([['192.0.2.1'], 1, 1])
    pass(10_000)
    answer({ addresses: ['192.0.2.2'], ttlMs: 1 })
    again.touch()
    await settle()
    expect([again.addresses, changes]).toEqual([['192.0.2.2'], 1])
  })

  test('that is an address is never asked for', () => {
    const { resolver, asked } = controlled()
    for (const [host, ip] of [
      ['192.0.2.8', '192.0.2.8'],
      ['[2001:db8::1]', '2001:db8::1'],
      ['::1', '::1'],
    ] as const) {
      expect(resolver.watch(host, ignore)).toMatchObject({ addresses: [ip], pending: false })
    }
    expect(asked).toEqual([])
  })
})

test('hosts and resolv.conf files are read as their manuals say', () => {
  const hosts = parseHosts('# comment\n127.0.0.1 localhost Alias # more\n::1 localhost\n\n  192.0.2.1\ta.test b.test\n')
  expect(Object.fromEntries(hosts)).toEqual({
    localhost: ['127.0.0.1', '::1'],
    alias: ['127.0.0.1'],
    'a.test': ['192.0.2.1'],
    'b.test': ['192.0.2.1'],
  })
  expect(
    parseResolvConf('nameserver 192.0.2.1\ndomain old.test\nsearch a.test b.test .\noptions timeout:1 ndots:5\n'),
  ).toEqual({
    search: ['a.test', 'b.test'],
    ndots: 5,
  })
  expect(parseResolvConf('')).toEqual({ search: [], ndots: 1 })
})
