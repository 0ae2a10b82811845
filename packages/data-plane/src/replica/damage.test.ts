import { createInterface } from 'node:readline'
import { execFile, spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  openSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { consumers, routes } from '@holdfast/entities'
import type { Standing } from '@holdfast/sync'
import { Generation } from './generation.ts'
import { Replica } from './replica.ts'
import { digestOf, filled, log, replicaFolder, revision, snapshot, twoRoutes } from './testing/filled-replica.ts'

const run = promisify(execFile)
let path: string
let remove: () => void
beforeEach(() => {
  ;({ path, remove } = replicaFolder())
})
afterEach(() => remove())

describe('files', () => {
  test('may be read by this user alone', async () => {
    const replica = await filled(path, twoRoutes)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(path)) expect([name, statSync(join(path, name)).mode & 0o777]).toEqual([name, 0o600])
    await replica.close()
    chmodSync(path, 0o755)
    await (await Replica.open({ path, log })).close()
    expect(statSync(path).mode & 0o777).toBe(0o700)
  })

  const many = Array.from(
    { length: 2000 },
    (_, i) => ['consumers', `c${i}`, { id: `c${i}`, username: `u${i}` }] as const,
  )
  const middle = 40 * 4096
  const damages: [string, (file: string) => void][] = [
    ['truncated to nothing', (file) => truncateSync(file, 0)],
    ['truncated in the header', (file) => truncateSync(file, 100)],
    ['truncated to two pages', (file) => truncateSync(file, 8192)],
    ['truncated by half', (file) => truncateSync(file, statSync(file).size / 2)],
    ['overwritten with garbage', (file) => writeFileSync(file, Buffer.alloc(statSync(file).size, 0xa5))],
    ['replaced by a text', (file) => writeFileSync(file, 'hello')],
    ['overwritten with garbage in the middle', (file) => overwrite(file, middle, Buffer.alloc(64 * 4096, 0xa5))],
    ['overwritten behind the headers', (file) => overwrite(file, 8192, Buffer.alloc(statSync(file).size - 8192, 0x5a))],
    ['bent in one value', bendValue],
  ]
  for (const [name, damage] of damages) {
    test(`${name}: noticed, set aside, never served`, { timeout: 20_000 }, async () => {
      await (await filled(path, many)).close()
      const [file = ''] = readdirSync(path).filter((entry) => entry.endsWith('.mdb'))
      damage(join(path, file))
      // In a process of its own: what must not happen is that reading the file ends the process.
      const script = new URL('testing/open-and-count.ts', import.meta.url).pathname
      const { stdout } = await run(process.execPath, [script, path])
      expect(JSON.parse(stdout)).toEqual({ history: '', revision: 0, rows: 0 })
      expect(readdirSync(path).filter((entry) => entry.includes('.corrupt-'))).toHaveLength(1)
      const replica = await Replica.open({ path, log })
      expect(replica.damage).toBeUndefined()
      await snapshot(replica, many)
      expect(replica.reader.by(consumers, 'username', 'u7')?.id).toBe('c7')
      await replica.close()
    })
  }

  function overwrite(file: string, offset: number, bytes: Buffer): void {
    const handle = openSync(file, 'r+')
    writeSync(handle, bytes, 0, bytes.length, offset)
    closeSync(handle)
  }

  function bendValue(file: string): void {
    const bytes = readFileSync(file)
    for (let at = bytes.indexOf('u1234'); at >= 0; at = bytes.indexOf('u1234', at + 1)) bytes.write('u9999', at)
    writeFileSync(file, bytes)
  }

  test('damage that is found after opening empties the replica and says so', async () => {
    await (await filled(path, many)).close()
    const [file = ''] = readdirSync(path).filter((entry) => entry.endsWith('.mdb'))
    bendValue(join(path, file))
    const replica = await Replica.open({ path, log, patienceMs: 0 })
    expect(replica.standing.revision).toBe(1)
    await new Promise<void>((resolve) => replica.onCorrupt(resolve))
    expect(replica.standing).toMatchObject({ history: '', revision: 0 })
    expect(replica.damage).toMatch(/^(rows that are not those recorded|an index without .*)$/)
    expect([...replica.reader.all(consumers)]).toEqual([])
    await replica.close()
  })

  test('a damaged partial snapshot is dropped, and what is served stays', async () => {
    const replica = await filled(path, twoRoutes)
    await replica.beginSnapshot({ history: 'life', revision: revision(2), digest: digestOf(many), chunks: 2, next: 0 })
    replica.storeChunk(0, many.slice(0, 1000))
    const [current = ''] = readFileSync(join(path, 'current'), 'utf8').split('\n')
    await replica.close()
    const [partial = ''] = readdirSync(path).filter((name) => name.endsWith('.mdb') && name !== current)
    overwrite(join(path, partial), 8192, Buffer.alloc(64 * 4096, 0x5a))
    const again = await Replica.open({ path, log })
    expect(again.partial).toBeNull()
    expect(again.standing.revision).toBe(1)
    expect(again.damage).toBeUndefined()
    await again.close()
  })

  test('a format of the future is set aside', async () => {
    await (await filled(path, twoRoutes)).close()
    const [file = ''] = readdirSync(path).filter((entry) => entry.endsWith('.mdb'))
    const generation = Generation.open(join(path, file))
    generation.write(() => generation.setState({ ...generation.state()!, format: 99 }))
    await generation.close()
    const again = await Replica.open({ path, log })
    expect(again.standing.revision).toBe(0)
    expect(again.damage).toBe('a format that is not known')
    await again.close()
  })

  test('fields that an upgrade indexes are indexed when it opens the replica', async () => {
    await (await filled(path, twoRoutes)).close()
    const [file = ''] = readdirSync(path).filter((entry) => entry.endsWith('.mdb'))
    const generation = Generation.open(join(path, file))
    generation.write(() => {
      generation.unique.clearSync()
      generation.setState({ ...generation.state()!, indexes: 'of another version' })
    })
    await generation.close()
    const again = await Replica.open({ path, log })
    expect(again.reader.by(routes, 'name', 'route-a')?.id).toBe('a')
    await again.close()
  })
})

test(
  'killed at 20 random points of applying deltas, it stands at a whole revision every time',
  {
    timeout: 120_000,
  },
  async () => {
    const script = new URL('testing/apply-forever.ts', import.meta.url).pathname
    let reached = 0
    for (let round = 0; round <= 20; round++) {
      const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
      const exited = new Promise((resolve) => child.once('exit', resolve))
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
      const told = (await lines.next()).value as string
      // What it found when it opened what the one before left behind.
      const { standing, digest } = JSON.parse(told) as { standing: Standing; digest: string }
      expect(digest).toBe(standing.digest)
      expect(standing.revision).toBeGreaterThanOrEqual(reached)
      reached = standing.revision
      // However slow the machine is, every round gets on by one revision at least.
      await lines.next()
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 30))
      child.kill('SIGKILL')
      await exited
    }
    expect(reached).toBeGreaterThanOrEqual(20)
    expect(readdirSync(path).filter((name) => name.includes('.corrupt-'))).toEqual([])
  },
)
