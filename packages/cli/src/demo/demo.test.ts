// `npm start` as its guide describes it: the five lines to try, both planes killed, and an end that leaves nothing behind.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checkoutFolder } from '../checkout.ts'
import { DEMO_KEY } from './configuration.ts'
import { demoLayout, type DemoPorts } from './layout.ts'
import { isFree } from './ports.ts'

const state = mkdtempSync(join(tmpdir(), 'holdfast-demo-'))
afterAll(() => rmSync(state, { recursive: true, force: true, maxRetries: 10 }))

async function freeOffset(): Promise<number> {
  for (;;) {
    // Below 32768, where the kernel takes ports for outgoing connections from.
    const offset = 10_000 + Math.floor(Math.random() * 14_000)
    const free = await Promise.all(Object.values(demoLayout(offset, state).ports).map(isFree))
    if (free.every(Boolean)) return offset
  }
}

function startDemo(offset: number) {
  const child = spawn(process.execPath, [
    join(checkoutFolder, 'packages/cli/boot.mjs'),
    'demo',
    '--port-offset',
    String(offset),
    '--state',
    state,
  ])
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { child, output: () => output, exited }
}

const patient = { timeout: 60_000, interval: 100 }

async function status(ports: DemoPorts, path: string, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${ports.proxy}${path}`, { headers })
  await response.arrayBuffer()
  return response.status
}

test('the demo does what it says', { timeout: 240_000 }, async () => {
  const offset = await freeOffset()
  const { ports } = demoLayout(offset, state)
  const first = startDemo(offset)
  await expect.poll(first.output, patient).toContain('Stop everything')
  const pid = (pattern: RegExp) => Number(pattern.exec(first.output())?.[1])

  expect(await status(ports, '/open')).toBe(200)
  expect(await status(ports, '/private')).toBe(401)
  const accepted = await fetch(`http://127.0.0.1:${ports.proxy}/private`, { headers: { apikey: DEMO_KEY } })
  expect([
    accepted.status,
    accepted.headers.get('ratelimit-limit'),
    accepted.headers.get('ratelimit-remaining'),
  ]).toEqual([200, '10', '9'])
  expect(statSync(join(state, 'certs/development-ca.key')).mode & 0o777).toBe(0o600)

  process.kill(pid(/control plane {4}process (\d+)/), 'SIGKILL')
  await expect.poll(first.output, patient).toContain('The control plane ended (SIGKILL). The data plane goes on.')
  expect(await status(ports, '/open')).toBe(200)

  process.kill(pid(/data plane {7}process (\d+)/), 'SIGTERM')
  await expect.poll(first.output, patient).toContain('The data plane is back')
  expect(await status(ports, '/private', { apikey: DEMO_KEY })).toBe(200)

  process.kill(pid(/kill -USR2 (\d+)/), 'SIGUSR2')
  await expect.poll(first.output, patient).toContain('The control plane is back')
  const created = await fetch(`http://127.0.0.1:${ports.admin}/services/demo/routes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"new","paths":["/new"]}',
  })
  expect(created.status).toBe(201)
  await expect.poll(() => status(ports, '/new'), patient).toBe(200)
  const removed = await fetch(`http://127.0.0.1:${ports.admin}/routes/open`, { method: 'DELETE' })
  expect(removed.status).toBe(204)

  first.child.kill('SIGINT')
  expect(await first.exited).toBe(0)
  expect(await Promise.all(Object.values(ports).map(isFree))).not.toContain(false)

  const second = startDemo(offset)
  await expect.poll(second.output, patient).toContain('Stop everything')
  expect([await status(ports, '/new'), await status(ports, '/open')]).toEqual([200, 404])
  const third = startDemo(offset)
  expect(await third.exited).toBe(1)
  expect(third.output()).toMatch(
    /^holdfast: A node already runs in .* \(pid \d+\): stop it first, or give this one another folder \(--prefix; --state for the demo\)\.\n$/,
  )
  second.child.kill('SIGTERM')
  expect(await second.exited).toBe(0)
})
