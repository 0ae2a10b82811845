// What the demo prints once it is ready.
import { DEMO_KEY } from './configuration.ts'
import type { DemoLayout } from './layout.ts'

export interface Pids {
  readonly controlPlane: number
  readonly dataPlane: number
}

export function guide({ ports, folder, certs }: DemoLayout, pids: Pids, interactive: boolean): string {
  const proxy = `http://127.0.0.1:${ports.proxy}`
  return `
Holdfast is ready.

  proxy            ${proxy} and https://localhost:${ports.proxyTls} (curl --cacert ${certs}/development-ca.crt)
  Admin API        http://127.0.0.1:${ports.admin} and https://localhost:${ports.adminTls}
  data planes      127.0.0.1:${ports.cluster} (mTLS)
  status, metrics  http://127.0.0.1:${ports.status}/status and /metrics
  demo upstream    http://127.0.0.1:${ports.upstream}
  control plane    process ${pids.controlPlane}, log ${folder}/control-plane.log
  data plane       process ${pids.dataPlane}, log ${folder}/data-plane.log

Try it, in another terminal:

  1. through the proxy
     curl -i ${proxy}/open
  2. without a key: refused
     curl -i ${proxy}/private
  3. with alice's key: accepted
     curl -i -H 'apikey: ${DEMO_KEY}' ${proxy}/private
  4. what is left of ten requests a minute
     curl -s -o /dev/null -D - -H 'apikey: ${DEMO_KEY}' ${proxy}/private | grep -i ratelimit
  5. stop the control plane and see: the proxy goes on
     kill ${pids.controlPlane}; sleep 1; curl -i ${proxy}/open
     ${controlPlaneBack(interactive)}
     The data plane needs no control plane to restart either: kill ${pids.dataPlane} and it comes back by itself, from its disk.

${interactive ? 'Keys: c stops or starts the control plane, d restarts the data plane, q stops everything.' : `Stop everything: kill ${process.pid}`}`
}

export function controlPlaneBack(interactive: boolean): string {
  return interactive ? 'Start it again: press c here.' : `Start it again: kill -USR2 ${process.pid}`
}
