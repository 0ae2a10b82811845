import { createServer } from 'node:net'
import { CommandError } from '../command-error.ts'
import type { DemoPorts } from './layout.ts'

/** Looks before anything starts, so that the one line names every port that is taken. */
export async function checkPorts(ports: DemoPorts): Promise<void> {
  const taken: string[] = []
  for (const [name, port] of Object.entries(ports)) if (!(await isFree(port))) taken.push(`${port} (${name})`)
  if (taken.length === 0) return
  throw new CommandError(
    `${taken.length === 1 ? 'Port' : 'Ports'} ${taken.join(', ')} on 127.0.0.1 ${taken.length === 1 ? 'is' : 'are'} in use: stop what listens there, or use others with "npm start -- --port-offset 10000".`,
  )
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
