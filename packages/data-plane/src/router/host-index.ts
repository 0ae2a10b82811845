import { isEmpty, newPathTree } from './path-tree.ts'
import type { PathTree } from './path-tree.ts'

/** Longest host name there can be (RFC 1035 §2.3.4), with a final dot. A longer text is no host, and costs no more than a look at it. */
const longestName = 254

/** Path trees by host: whole names, `*.suffix`, `prefix.*`, and one tree for routes without host. */
export class HostIndex<T> {
  readonly #whole = new Map<string, PathTree<T>>()
  /** By the part after `*`, which begins with a dot. */
  readonly #suffixes = new Map<string, PathTree<T>>()
  /** By the part before `*`, which ends with a dot. */
  readonly #prefixes = new Map<string, PathTree<T>>()
  #anyHost: PathTree<T> | undefined

  /** Puts every tree that the host leads to into `trees` from index 0 and returns how many there are. */
  collect(host: string, trees: PathTree<T>[]): number {
    let count = 0
    const whole = this.#whole.get(host)
    if (whole) trees[count++] = whole
    if ((this.#suffixes.size > 0 || this.#prefixes.size > 0) && host.length <= longestName) {
      for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
        const suffix = this.#suffixes.get(host.slice(dot))
        if (suffix) trees[count++] = suffix
        const prefix = this.#prefixes.get(host.slice(0, dot + 1))
        if (prefix) trees[count++] = prefix
      }
    }
    if (this.#anyHost) trees[count++] = this.#anyHost
    return count
  }

  /** The tree for a host pattern (`undefined`: any host), made if need be. */
  treeFor(pattern: string | undefined): PathTree<T> {
    if (pattern === undefined) return (this.#anyHost ??= newPathTree())
    const [map, key] = this.#place(pattern)
    let tree = map.get(key)
    if (!tree) map.set(key, (tree = newPathTree()))
    return tree
  }

  dropIfEmpty(pattern: string | undefined): void {
    if (pattern === undefined) {
      if (this.#anyHost && isEmpty(this.#anyHost)) this.#anyHost = undefined
      return
    }
    const [map, key] = this.#place(pattern)
    const tree = map.get(key)
    if (tree && isEmpty(tree)) map.delete(key)
  }

  #place(pattern: string): readonly [map: Map<string, PathTree<T>>, key: string] {
    if (pattern.startsWith('*')) return [this.#suffixes, pattern.slice(1)]
    if (pattern.endsWith('*')) return [this.#prefixes, pattern.slice(0, -1)]
    return [this.#whole, pattern]
  }
}

/** A configured host as pattern (lower case) and port (0: any). What follows the first colon is a port only if it is a number. */
export function parseHost(configured: string): { readonly pattern: string; readonly port: number } {
  const host = configured.toLowerCase()
  const colon = host.indexOf(':')
  const port = colon < 0 ? '' : host.slice(colon + 1)
  return /^\d+$/.test(port) ? { pattern: host.slice(0, colon), port: Number(port) } : { pattern: host, port: 0 }
}
