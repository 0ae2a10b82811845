import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunningProgram } from './program.ts'
import type { Workbench } from './workbench.ts'

export interface NginxOptions {
  readonly name: string
  readonly cpu: number | undefined
  /** What stands inside `http { }`. */
  readonly http: string
  ready(): Promise<boolean>
}

/** Starts an nginx with one worker that keeps all its files in the bench's folder. */
export function startNginx(bench: Workbench, options: NginxOptions): Promise<RunningProgram> {
  const folder = join(bench.folder, `nginx-${options.name}`)
  mkdirSync(folder)
  const conf = join(folder, 'nginx.conf')
  writeFileSync(
    conf,
    `
    worker_processes 1;
    daemon off;
    pid ${folder}/pid;
    error_log stderr warn;
    events { worker_connections 4096; }
    http {
      access_log off;
      client_body_temp_path ${folder}/client-body;
      proxy_temp_path ${folder}/proxy;
      fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi;
      scgi_temp_path ${folder}/scgi;
      keepalive_requests 100000000;
      keepalive_timeout 300s;
      ${options.http}
    }`,
  )
  return bench.start({
    name: `nginx (${options.name})`,
    command: 'nginx',
    args: ['-e', 'stderr', '-p', folder, '-c', conf],
    cpu: options.cpu,
    ready: options.ready,
  })
}
