/** A proxy thread crashes: an exception nobody catches, thrown inside it through the inspector, as a bug would. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import { get, startLoad } from '../support/load.ts'
import { until } from '../support/until.ts'
import { type Fleet, startFleet } from './fleet.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ threads: 2, env: { NODE_OPTIONS: '--inspect=127.0.0.1:0' } })
})
afterAll(() => fleet.end())

test('a crashed proxy thread is replaced, and only the requests it held are touched', async () => {
  const dataPlane = fleet.dataPlanes[0]!
  // New connections only: those that the dead thread held are lost with it, and are not what this is about.
  const load = startLoad({
    targets: [dataPlane.proxy],
    path: '/steady',
    headers: { Connection: 'close' },
    check: ({ status }) => (status === 200 ? undefined : `status ${status}`),
  })
  await until('some load', () => load.soFar() > 100)
  await crashThread(dataPlane.output(), 'proxy-0')
  await until('the report', () => dataPlane.output().includes('a proxy thread died'))
  await until('the replacement', async () => {
    const body = (await (await fetch(`${dataPlane.status}/status`)).json()) as {
      memory: { workers_lua_vms: unknown[] }
    }
    return body.memory.workers_lua_vms.length === 2
  })
  const before = load.soFar()
  await until('more load', () => load.soFar() > before + 200)
  const result = await load.stop()
  // Connections that lay in the dead thread's queue are reset by the kernel: at most the eight workers' one each.
  expect(result.failures.length).toBeLessThanOrEqual(8)
  expect(result.failures.every(({ what }) => what === 'ECONNRESET' || what === 'ECONNREFUSED')).toBe(true)
  expect((await get(undefined, `${dataPlane.proxy}/steady`)).status).toBe(200)
  await fleet.addRoute('after-crash')
  expect(dataPlane.child.exitCode).toBeNull()
}, 60_000)

/** Attaches to the process's inspector, finds the worker by its title and throws inside it. */
async function crashThread(output: string, title: string): Promise<void> {
  const url = /ws:\/\/\S+/.exec(output)?.[0]
  if (!url) throw new Error(`no inspector in: ${output}`)
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  let id = 0
  const send = (method: string, params: object) => socket.send(JSON.stringify({ id: ++id, method, params }))
  const session = await new Promise<string>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as {
        method?: string
        params?: { sessionId: string; workerInfo: { title: string } }
      }
      if (message.method === 'NodeWorker.attachedToWorker' && message.params?.workerInfo.title.includes(title))
        resolve(message.params.sessionId)
    })
    send('NodeWorker.enable', { waitForDebuggerOnStart: false })
  })
  const expression = "setTimeout(() => { throw new Error('crashed by the test') }, 0)"
  send('NodeWorker.sendMessageToWorker', {
    sessionId: session,
    message: JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }),
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  socket.close()
}
