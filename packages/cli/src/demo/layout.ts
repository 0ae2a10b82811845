// Where the demo keeps its things and what it opens.
import { join } from 'node:path'
import { checkoutFolder } from '../checkout.ts'

export interface DemoLayout {
  readonly folder: string
  readonly certs: string
  readonly ports: DemoPorts
}

export interface DemoPorts {
  readonly proxy: number
  readonly proxyTls: number
  readonly admin: number
  readonly adminTls: number
  readonly cluster: number
  readonly status: number
  readonly upstream: number
}

/** Kong's ports, and one more for the demo upstream. */
const PORTS: DemoPorts = {
  proxy: 8000,
  proxyTls: 8443,
  admin: 8001,
  adminTls: 8444,
  cluster: 8005,
  status: 8007,
  upstream: 8090,
}

/**
 * @param offset added to every port
 * @param folder keeps everything, certificates too; else `.holdfast/demo` and `certs/` in the checkout
 */
export function demoLayout(offset: number, folder: string | undefined): DemoLayout {
  const ports = Object.fromEntries(
    Object.entries(PORTS).map(([name, port]) => [name, port + offset]),
  ) as unknown as DemoPorts
  return folder === undefined
    ? { folder: join(checkoutFolder, '.holdfast/demo'), certs: join(checkoutFolder, 'certs'), ports }
    : { folder, certs: join(folder, 'certs'), ports }
}
