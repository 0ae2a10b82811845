// Who may import whom. Levels go down only, so that every package can be read without those above it.
import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { importsOf, parseImports, root, sources, type Import } from './imports.ts'

const levels: Readonly<Record<string, number>> = {
  schema: 0,
  expressions: 0,
  entities: 1,
  sync: 2,
  'plugin-kit': 2,
  plugins: 3,
  'control-plane': 4,
  'data-plane': 4,
  cli: 5,
  'web-ui': 5,
}

const all = Object.keys(levels)
  .filter((name) => existsSync(join(root, 'packages', name, 'src')))
  .flatMap((name) => sources(`packages/${name}/src`))
  .flatMap(importsOf)
/** Tests may use the test package's support and look at more than the code that they test. */
const shipped = all.filter(({ file }) => !isTest(file))

interface Place {
  readonly package: string
  /** The first folder in `src`, or the file there. */
  readonly folder: string
  readonly path: string
}

function placeOf(file: string): Place {
  const [, name = '', , ...rest] = file.split('/')
  return { package: name, folder: rest[0]!, path: rest.join('/') }
}

/** Tests and what only they use: `test-*.ts`, `testing.ts`, and the folders `testing` and `reference` (answers recorded from Kong). */
function isTest(file: string): boolean {
  return /(\.test|\/test-[\w-]+|\/testing)\.ts$|\/(testing|reference)\//.test(file)
}

/** The file of this repository that a relative import means. */
function target({ file, from }: Import): string | undefined {
  return from.startsWith('.') ? normalize(join(dirname(file), from)) : undefined
}

function listed(offenders: readonly Import[]): string[] {
  return offenders.map(
    ({ file, from, names }) => `${file} imports ${from}${names.length > 0 ? ` (${names.join(', ')})` : ''}`,
  )
}

test('every package has a level', () => {
  expect(
    new Set(sources('packages').map((file) => placeOf(file).package)).difference(new Set(Object.keys(levels))),
  ).toEqual(new Set())
})

test('packages import only packages of lower levels', () => {
  const offenders = shipped.filter(({ file, from }) => {
    const other = /^@holdfast\/([\w-]+)/.exec(from)?.[1]
    return other !== undefined && !(levels[other]! < levels[placeOf(file).package]!)
  })
  expect(listed(offenders)).toEqual([])
})

test('relative imports stay inside their package', () => {
  const offenders = all.filter((found) => {
    const path = target(found)
    if (path === undefined || path.startsWith(`packages/${placeOf(found.file).package}/`)) return false
    return !(isTest(found.file) && path.startsWith('test/')) && path !== 'package.json'
  })
  expect(listed(offenders)).toEqual([])
})

test('the control plane imports the configs of plugins, never their handlers', () => {
  const offenders = shipped.filter(
    ({ file, from }) => placeOf(file).package === 'control-plane' && from === '@holdfast/plugins',
  )
  expect(listed(offenders)).toEqual([])
})

test("a plugin's folder imports no other plugin's, only parts", () => {
  const offenders = shipped.filter((found) => {
    const place = placeOf(found.file)
    const path = target(found)
    if (place.package !== 'plugins' || path === undefined || !place.path.includes('/') || place.folder === 'parts')
      return false
    const folder = placeOf(path).folder
    return folder !== place.folder && folder !== 'parts'
  })
  expect(listed(offenders)).toEqual([])
})

test("a plugin's config imports nothing that runs in a data plane", () => {
  const offenders = shipped.filter((found) => {
    if (!/^packages\/plugins\/src\/[\w-]+\/config\.ts$/.test(found.file)) return false
    const path = target(found)
    return path === undefined
      ? !/^@holdfast\/(schema|entities|plugin-kit)$/.test(found.from)
      : path.endsWith('/plugin.ts')
  })
  expect(listed(offenders)).toEqual([])
})

test('nothing that is shipped imports what only tests use', () => {
  const offenders = shipped.filter((found) => {
    const path = target(found)
    return path !== undefined && isTest(path)
  })
  expect(listed(offenders)).toEqual([])
})

test('only the store speaks SQL', () => {
  const offenders = shipped.filter(
    ({ file, from }) =>
      /^(pg|pg-cursor|kysely)(\/|$)/.test(from) && !file.startsWith('packages/control-plane/src/store/'),
  )
  expect(listed(offenders)).toEqual([])
})

/** What these modules have that opens no socket. `listen-ports.ts` opens and closes: it claims the ports that threads then share. */
const harmless = new Set([
  'isIP',
  'isIPv4',
  'isIPv6',
  'BlockList',
  'SocketAddress',
  'STATUS_CODES',
  'METHODS',
  'createSecureContext',
  'rootCertificates',
  'constants',
])

test('in the data plane and its plugins only proxy, upstream and stream touch traffic sockets; status and replica have their own', () => {
  const offenders = shipped.filter(({ file, from, typeOnly, names }) => {
    const place = placeOf(file)
    if (!['data-plane', 'plugins', 'plugin-kit'].includes(place.package) || typeOnly) return false
    if (!/^node:(net|tls|http|https|http2|dgram)$/.test(from) || names.every((name) => harmless.has(name))) return false
    return !(
      place.package === 'data-plane' &&
      ['proxy', 'upstream', 'stream', 'status', 'replica', 'listen-ports.ts'].includes(place.folder)
    )
  })
  expect(listed(offenders)).toEqual([])
})

/** A leaf knows only itself, contracts in the top of `src`, and the HTTP codec, which is a leaf too. */
const leaves = ['router', 'balancer', 'upstream', 'http1']

test.each(leaves)('%s is a leaf of the data plane', (leaf) => {
  const offenders = shipped.filter((found) => {
    const place = placeOf(found.file)
    const path = target(found)
    if (place.package !== 'data-plane' || place.folder !== leaf || path === undefined || found.typeOnly) return false
    const folder = placeOf(path).folder
    return folder !== leaf && folder !== 'http1' && !folder.endsWith('.ts')
  })
  expect(listed(offenders)).toEqual([])
})

/** Functions of their arguments, which run the same in a test, a browser or a worker. */
const pure: readonly (readonly [string, string])[] = [
  ['schema', ''],
  ['expressions', ''],
  ['entities', ''],
  ['sync', ''],
  ['data-plane', 'compile'],
  ['data-plane', 'router'],
  ['data-plane', 'http1'],
]

test.each(pure)('%s %s does no I/O', (name, folder) => {
  const offenders = shipped.filter(({ file, from, typeOnly, names }) => {
    const place = placeOf(file)
    if (place.package !== name || (folder !== '' && place.folder !== folder) || typeOnly) return false
    return (
      /^node:(fs|net|tls|http|https|http2|dgram|dns|child_process|worker_threads|cluster)/.test(from) &&
      !names.every((each) => harmless.has(each))
    )
  })
  expect(listed(offenders)).toEqual([])
})

test('the folders of a control plane: admin and hub do not know each other, store and pki know neither', () => {
  const forbidden: Readonly<Record<string, readonly string[]>> = {
    admin: ['hub'],
    hub: ['admin'],
    store: ['admin', 'hub', 'pki'],
    pki: ['admin', 'hub', 'store'],
  }
  const offenders = shipped.filter((found) => {
    const place = placeOf(found.file)
    const path = target(found)
    return (
      place.package === 'control-plane' &&
      path !== undefined &&
      !found.typeOnly &&
      forbidden[place.folder]?.includes(placeOf(path).folder) === true
    )
  })
  expect(listed(offenders)).toEqual([])
})

describe('how imports are found', () => {
  test.each([
    // source                                             from        typeOnly  names
    [`import { a, b as c } from './x.ts'`, './x.ts', false, ['a', 'b']],
    [`import { type A, b } from './x.ts'`, './x.ts', false, ['b']],
    [`import { type A } from './x.ts'`, './x.ts', true, []],
    [`import type { A } from './x.ts'`, './x.ts', true, ['A']],
    [`import * as net from 'node:net'`, 'node:net', false, ['*']],
    [`import net, { isIP } from 'node:net'`, 'node:net', false, ['default', 'isIP']],
    [`import {\n  a,\n  b,\n} from './x.ts'`, './x.ts', false, ['a', 'b']],
    [`export { a } from './x.ts'`, './x.ts', false, ['a']],
    [`export * from './x.ts'`, './x.ts', false, ['*']],
    [`import './x.ts'`, './x.ts', false, []],
    [`  const { x } = await import('./x.ts')`, './x.ts', false, ['*']],
  ])('%j', (source, from, typeOnly, names) => {
    expect(parseImports('f.ts', source)).toEqual([{ file: 'f.ts', from, typeOnly, names }])
  })

  test('a comment imports nothing', () => {
    expect(parseImports('f.ts', `// import { a } from './x.ts'\n/** import('./y.ts') */`)).toEqual([])
  })
})
