import { fileURLToPath } from 'node:url'
import { createAsk } from '../ask.ts'
import { freePort } from '../../support/free-port.ts'
import type { Workbench } from '../workbench.ts'
import type { Upstream } from './upstream.ts'

export async function startRawUpstream(bench: Workbench): Promise<Upstream> {
  const port = await freePort()
  const ask = createAsk(bench)
  const served = async () => Number((await ask({ port, path: '/_served' })).body)
  await bench.start({
    name: 'upstream',
    command: process.execPath,
    args: [fileURLToPath(new URL('raw-main.ts', import.meta.url)), String(port)],
    ready: async () => (await served()) >= 0,
  })
  return { name: 'a minimal socket server (nginx is not installed)', port, served }
}
