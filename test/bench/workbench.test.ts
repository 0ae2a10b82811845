import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { createWorkbench, type Workbench } from './workbench.ts'

const open: Workbench[] = []
afterEach(() => Promise.all(open.splice(0).map((bench) => bench.end())))

function newBench(): Workbench {
  const bench = createWorkbench({ proxy: undefined, rest: undefined, note: '' })
  open.push(bench)
  return bench
}

/** A shell that starts another process, says who it is, and then does what it is told. */
function family(bench: Workbench, then: string) {
  const file = join(bench.folder, 'child')
  return {
    start: () =>
      bench.start({
        name: 'family',
        command: '/bin/sh',
        args: ['-c', `sleep 60 & echo $! > "${file}.new"; mv "${file}.new" "${file}"; ${then}`],
        ready: () => Promise.resolve(existsSync(file)),
      }),
    child: () => Number(readFileSync(file, 'utf8')),
  }
}

function isRunning(pid: number): boolean {
  try {
    // A process that ended and that nobody has asked about yet still has its number.
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

async function untilEnded(...pids: number[]): Promise<void> {
  for (const until = Date.now() + 5_000; pids.some(isRunning); await delay(10)) {
    if (Date.now() > until) throw new Error(`still running: ${pids.filter(isRunning).join(', ')}`)
  }
}

const endings: [name: string, then: string][] = [
  ['one that ends when asked', 'exec sleep 60'],
  ['one that leaves its child behind', 'trap "exit 0" TERM; while :; do sleep 0.05; done'],
]

test.each(endings)('end stops %s, and its child', async (_name, then) => {
  const bench = newBench()
  const { start, child } = family(bench, then)
  const { pid } = await start()
  const pids = [pid, child()]
  expect(pids.every(isRunning)).toBe(true)
  await bench.end()
  await untilEnded(...pids)
  expect(existsSync(bench.folder)).toBe(false)
})

test('kill does not wait for one that does not listen', async () => {
  const bench = newBench()
  const { start, child } = family(bench, 'trap "" TERM; while :; do sleep 0.05; done')
  const { pid } = await start()
  const pids = [pid, child()]
  bench.kill()
  await untilEnded(...pids)
  expect(existsSync(bench.folder)).toBe(false)
})

test('what ends instead of starting is told with its output', async () => {
  const bench = newBench()
  await expect(
    bench.start({
      name: 'the thing',
      command: '/bin/sh',
      args: ['-c', 'echo no luck >&2; exit 3'],
      ready: () => Promise.resolve(false),
    }),
  ).rejects.toThrow(/the thing ended instead of starting:\nno luck/)
})

test('a program that does not exist is told', async () => {
  await expect(
    newBench().start({ name: 'x', command: '/no/such', args: [], ready: () => Promise.resolve(false) }),
  ).rejects.toThrow(/x ended instead of starting:\n.*\/no\/such/)
})

test('releases run last first, all of them, once', async () => {
  const bench = newBench()
  const order: number[] = []
  bench.onEnd(() => void order.push(1))
  bench.onEnd(() => Promise.reject(new Error('on purpose')))
  bench.onEnd(() => void order.push(2))
  mkdirSync(join(bench.folder, 'sub'))
  await Promise.all([bench.end(), bench.end()])
  expect(order).toEqual([2, 1])
  expect(existsSync(bench.folder)).toBe(false)
  await expect(
    bench.start({ name: 'late', command: 'true', args: [], ready: () => Promise.resolve(true) }),
  ).rejects.toThrow('ending')
})

test("settings of somebody's own gateway do not reach what is started", async () => {
  process.env.KONG_ADMIN_LISTEN = 'off'
  try {
    const bench = newBench()
    const running = await bench.start({
      name: 'env',
      command: '/bin/sh',
      args: ['-c', 'env; exec sleep 60'],
      env: { KONG_ROLE: 'data_plane' },
      ready: () => Promise.resolve(true),
    })
    while (!running.output().includes('PATH=')) await delay(10)
    await delay(50)
    expect(running.output()).toContain('KONG_ROLE=data_plane')
    expect(running.output()).not.toContain('KONG_ADMIN_LISTEN')
  } finally {
    delete process.env.KONG_ADMIN_LISTEN
  }
})
