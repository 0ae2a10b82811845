import { readFileSync } from 'node:fs'

/** How short names are completed. Name servers are left to Node, which reads them itself. */
export interface ResolvConf {
  readonly search: readonly string[]
  /** A name with at least this many dots is asked for as it is first. */
  readonly ndots: number
}

/** resolv.conf(5). A file that cannot be read means its defaults. */
export function readResolvConf(path: string): ResolvConf {
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    // There may be none, in a container without network for instance.
  }
  return parseResolvConf(text)
}

export function parseResolvConf(text: string): ResolvConf {
  let search: readonly string[] = []
  let ndots = 1
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/)
    // The last of several `search` and `domain` lines counts.
    if (keyword === 'search') search = values.filter((value) => value !== '.')
    else if (keyword === 'domain') search = values.slice(0, 1)
    else if (keyword === 'options') {
      for (const value of values) {
        const found = /^ndots:(\d{1,2})$/.exec(value)
        if (found) ndots = Math.min(Number(found[1]), 15)
      }
    }
  }
  return { search, ndots }
}
