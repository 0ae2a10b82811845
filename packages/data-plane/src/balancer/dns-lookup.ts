import { Resolver as NodeResolver } from 'node:dns/promises'
import { HostsFile } from './hosts-file.ts'
import { readResolvConf } from './resolv-conf.ts'
import type { ResolvConf } from './resolv-conf.ts'

export interface LookupAnswer {
  /** Empty if the name does not exist. */
  readonly addresses: readonly string[]
  /** How long the answer holds. */
  readonly ttlMs: number
}

/** Resolves a host name (not an address) by itself. Rejects if the name servers could not be asked. */
export type LookupName = (host: string) => Promise<LookupAnswer>

export interface DnsLookupOptions {
  readonly hostsPath?: string
  readonly resolvConfPath?: string
  /** `address:port`; those of the system if absent. */
  readonly servers?: readonly string[]
}

/** What a name server may take before it is asked again, milliseconds, and how often it is asked. */
const timeoutMs = 2_000
const tries = 3
/** How long an entry of the hosts file is used before the file is looked at again. */
const hostsTtlMs = 5_000

const meaningNotFound = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME'])

/** The hosts file, then name servers with the search list of resolv.conf: IPv4 addresses, or IPv6 ones if there are none. */
export class DnsLookup {
  readonly #hosts: HostsFile
  readonly #dns = new NodeResolver({ timeout: timeoutMs, tries })
  readonly #conf: ResolvConf

  constructor({ hostsPath = '/etc/hosts', resolvConfPath = '/etc/resolv.conf', servers }: DnsLookupOptions = {}) {
    this.#hosts = new HostsFile(hostsPath)
    this.#conf = readResolvConf(resolvConfPath)
    if (servers) this.#dns.setServers(servers)
  }

  readonly lookup: LookupName = async (host) => {
    const listed = await this.#hosts.addressesOf(host)
    if (listed.length > 0) return { addresses: listed, ttlMs: hostsTtlMs }
    for (const name of this.#candidates(host)) {
      const answer = await this.#ask(name)
      if (answer.addresses.length > 0) return answer
    }
    return { addresses: [], ttlMs: 0 }
  }

  async #ask(name: string): Promise<LookupAnswer> {
    for (const type of ['resolve4', 'resolve6'] as const) {
      const records = await this.#dns[type](name, { ttl: true }).catch((error: NodeJS.ErrnoException) => {
        if (meaningNotFound.has(error.code ?? '')) return []
        throw error
      })
      if (records.length > 0) {
        return {
          addresses: records.map(({ address }) => address),
          ttlMs: Math.min(...records.map(({ ttl }) => ttl)) * 1000,
        }
      }
    }
    return { addresses: [], ttlMs: 0 }
  }

  /** A name with a final dot as it is; others with the search list, before or after as the number of dots says. */
  #candidates(host: string): readonly string[] {
    if (host.endsWith('.')) return [host]
    const searched = this.#conf.search.map((domain) => `${host}.${domain}`)
    const dots = host.split('.').length - 1
    return dots >= this.#conf.ndots ? [host, ...searched] : [...searched, host]
  }
}
