/** One HTTP request over kept connections, for the Admin API and for looking at single answers. */
import { Agent, request } from 'node:http'
import type { Workbench } from './workbench.ts'

export interface Question {
  readonly port: number
  readonly path: string
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
}

export interface Reply {
  readonly status: number
  readonly body: string
}

export type Ask = (question: Question) => Promise<Reply>

const TIMEOUT_MS = 10_000

export function createAsk(bench: Workbench): Ask {
  const agent = new Agent({ keepAlive: true })
  bench.onEnd(() => agent.destroy())
  return (question) => ask(agent, question)
}

function ask(agent: Agent, { port, path, method = 'GET', headers, body }: Question): Promise<Reply> {
  const payload = body === undefined ? undefined : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        host: '127.0.0.1',
        port,
        path,
        method,
        headers: {
          ...headers,
          ...(payload !== undefined && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(payload),
          }),
        },
        timeout: TIMEOUT_MS,
      },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: text }))
        incoming.on('error', reject)
      },
    )
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error(`no answer to ${method} ${path} within ${TIMEOUT_MS / 1000} s`)),
    )
    outgoing.on('error', reject)
    outgoing.end(payload)
  })
}
