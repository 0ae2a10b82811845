import { fileURLToPath } from 'node:url'
import { createAsk } from '../ask.ts'
import { freePort } from '../../support/free-port.ts'
import { PATH } from '../request.ts'
import type { Candidate } from './candidate.ts'

/** A gateway from npm that runs in a Node.js process of its own; the program is told the port and the upstream's port. */
function nodeGateway(name: string, program: string): Candidate {
  return {
    name,
    kind: 'node-gateway',
    async start(bench, upstream) {
      const port = await freePort()
      const ask = createAsk(bench)
      const running = await bench.start({
        name,
        command: process.execPath,
        args: [fileURLToPath(new URL(program, import.meta.url)), String(port), String(upstream.port)],
        env: { NODE_ENV: 'production' },
        cpu: bench.cpus.proxy,
        ready: async () => (await ask({ port, path: PATH })).status === 200,
      })
      return { port, path: PATH, pids: () => [running.pid], output: running.output }
    },
  }
}

export const fastGateway = nodeGateway('fast-gateway', 'fast-gateway-main.ts')
export const fastifyHttpProxy = nodeGateway('@fastify/http-proxy', 'fastify-http-proxy-main.ts')
