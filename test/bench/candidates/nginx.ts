import { createAsk } from '../ask.ts'
import { freePort } from '../../support/free-port.ts'
import { children } from '../machine/process-tree.ts'
import { startNginx } from '../nginx.ts'
import { PATH } from '../request.ts'
import type { Candidate } from './candidate.ts'

/** A plain reverse proxy as its documentation shows it: kept upstream connections and the four headers everybody sets. */
export const nginx: Candidate = {
  name: 'nginx, plain proxy',
  kind: 'nginx',
  async start(bench, upstream) {
    const port = await freePort()
    const ask = createAsk(bench)
    const master = await startNginx(bench, {
      name: 'proxy',
      cpu: bench.cpus.proxy,
      http: `
        upstream service {
          server 127.0.0.1:${upstream.port};
          keepalive 512;
          keepalive_requests 100000000;
        }
        server {
          listen 127.0.0.1:${port} backlog=1024;
          location / {
            proxy_pass http://service;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
          }
        }`,
      ready: async () => (await ask({ port, path: PATH })).status === 200,
    })
    return { port, path: PATH, pids: () => children(master.pid), output: master.output }
  },
}
