// What npm is asked for: exact versions, one of each, from wherever the reader's npm looks.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { root } from './imports.ts'

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

interface Lockfile {
  readonly importers: Readonly<Record<string, unknown>>
  readonly packages: Readonly<Record<string, { readonly resolution: Readonly<Record<string, unknown>> }>>
}

const text = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')
const lockfile = parse(text) as Lockfile
const manifests = ['package.json', 'test/package.json', ...globSync('packages/*/package.json', { cwd: root })].map(
  (path) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest,
)
const direct = manifests.flatMap(({ name, ...manifest }) =>
  (['dependencies', 'devDependencies', 'optionalDependencies'] as const).flatMap((kind) =>
    Object.entries(manifest[kind] ?? {})
      .filter(([, version]) => version !== 'workspace:*')
      .map(([dependency, version]) => ({ of: name, dependency, version })),
  ),
)

test('direct dependencies are pinned to one exact version', () => {
  expect(direct.filter(({ version }) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
})

test('all packages ask for the same version of a dependency', () => {
  const versions = Map.groupBy(direct, ({ dependency }) => dependency)
  const differing = [...versions].filter(([, uses]) => new Set(uses.map(({ version }) => version)).size > 1)
  expect(differing).toEqual([])
})

/** Second versions that others bring along and that exclude ours; who brings them. */
const tolerated: Readonly<Record<string, string>> = {
  'lru-cache@7.18.3': 'fast-gateway, which only the benchmark runs',
  'lru-cache@10.4.3': 'fast-gateway, which only the benchmark runs',
  'msgpackr@1.12.1': 'lmdb, for encodings that we do not use',
}

test('a direct dependency is installed in one version only', () => {
  const names = new Set(direct.map(({ dependency }) => dependency))
  const pinned = new Set(direct.map(({ dependency, version }) => `${dependency}@${version}`))
  const others = Object.keys(lockfile.packages).filter(
    (key) => names.has(key.slice(0, key.lastIndexOf('@'))) && !pinned.has(key),
  )
  expect(others.toSorted()).toEqual(Object.keys(tolerated).toSorted())
})

test('the lockfile names no registry, so that every reader uses their own', () => {
  expect(text.match(/https?:\/\/\S+|tarball:.*/g) ?? []).toEqual([])
  const sources = new Set(Object.values(lockfile.packages).flatMap(({ resolution }) => Object.keys(resolution)))
  expect(sources).toEqual(new Set(['integrity']))
})
