import { createAsk } from '../ask.ts'
import type { ControlPlane } from '../holdfast/control-plane.ts'
import { startDataPlane } from '../holdfast/data-plane.ts'
import { processTree } from '../machine/process-tree.ts'
import { API_KEY, PATH } from '../request.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { Candidate } from './candidate.ts'

const LIMITED_PATH = '/limits'

/**
 * A service with two routes, one of them with key-auth and rate-limiting whose limits are out of reach. Each candidate is a data
 * plane of its own that has both routes and is asked for one.
 */
export async function configureHoldfast({ admin }: ControlPlane, upstream: Upstream): Promise<void> {
  await admin.post('/services', { name: 'orders', host: '127.0.0.1', port: upstream.port })
  await admin.post('/services/orders/routes', { name: 'bare', paths: [PATH], strip_path: false })
  await admin.post('/services/orders/routes', { name: 'limited', paths: [LIMITED_PATH], strip_path: false })
  await admin.post('/routes/limited/plugins', { name: 'key-auth' })
  await admin.post('/routes/limited/plugins', {
    name: 'rate-limiting',
    config: { policy: 'local', limit_by: 'consumer', second: 10_000_000, minute: 100_000_000 },
  })
  await admin.post('/consumers', { username: 'bench' })
  await admin.post('/consumers/bench/key-auth', { key: API_KEY })
}

export function holdfastCandidates(controlPlane: ControlPlane): Candidate[] {
  return [
    candidate(controlPlane, 'holdfast-bare', 'Holdfast, no plugin', PATH),
    candidate(controlPlane, 'holdfast-plugins', 'Holdfast, key-auth + rate-limiting', LIMITED_PATH),
  ]
}

function candidate(controlPlane: ControlPlane, kind: Candidate['kind'], name: string, path: string): Candidate {
  return {
    name,
    kind,
    async start(bench) {
      const { clusterPort, cluster } = controlPlane
      const ask = createAsk(bench)
      const { port, program } = await startDataPlane(bench, { name: kind, clusterPort, cluster, path, ask })
      return { port, path, pids: () => processTree(program.pid), output: program.output }
    },
  }
}
