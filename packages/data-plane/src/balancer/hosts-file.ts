import { readFile, stat } from 'node:fs/promises'

/** A hosts file (hosts(5)), read again when it has changed. */
export class HostsFile {
  readonly #path: string
  #version = ''
  #byName: ReadonlyMap<string, readonly string[]> = new Map()

  constructor(path: string) {
    this.#path = path
  }

  /** Addresses of a name in lower case; IPv4 ones only, if there are any. `localhost` always has one (RFC 6761 §6.3). */
  async addressesOf(name: string): Promise<readonly string[]> {
    await this.#readIfChanged()
    const listed = this.#byName.get(name) ?? []
    const v4 = listed.filter((address) => !address.includes(':'))
    if (v4.length > 0) return v4
    return listed.length === 0 && name === 'localhost' ? ['127.0.0.1'] : listed
  }

  async #readIfChanged(): Promise<void> {
    try {
      const { mtimeMs, size } = await stat(this.#path)
      const version = `${mtimeMs} ${size}`
      if (version === this.#version) return
      this.#byName = parseHosts(await readFile(this.#path, 'utf8'))
      this.#version = version
    } catch {
      // Without the file its last content stands; a machine need not have one.
    }
  }
}

export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (!address) continue
    for (const name of names) {
      const key = name.toLowerCase()
      const addresses = byName.get(key)
      if (!addresses) byName.set(key, [address])
      else if (!addresses.includes(address)) addresses.push(address)
    }
  }
  return byName
}
