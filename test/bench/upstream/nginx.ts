import { createAsk } from '../ask.ts'
import { freePort } from '../../support/free-port.ts'
import { startNginx } from '../nginx.ts'
import { ANSWER } from '../request.ts'
import type { Workbench } from '../workbench.ts'
import type { Upstream } from './upstream.ts'

export async function startNginxUpstream(bench: Workbench): Promise<Upstream> {
  const port = await freePort()
  const ask = createAsk(bench)
  const served = async () => {
    const { body } = await ask({ port, path: '/_served' })
    const requests = /^\s*\d+\s+\d+\s+(\d+)\s*$/m.exec(body)?.[1]
    if (requests === undefined) throw new Error(`nginx gave no counts: ${body}`)
    return Number(requests)
  }
  await startNginx(bench, {
    name: 'upstream',
    cpu: undefined,
    http: `
      server {
        listen 127.0.0.1:${port} backlog=1024;
        default_type application/json;
        location = /_served { stub_status; }
        location / {
          add_header Cache-Control no-store;
          add_header X-Served-By upstream-1;
          return 200 '${ANSWER}';
        }
      }`,
    ready: async () => (await served()) > 0,
  })
  return { name: 'nginx', port, served }
}
