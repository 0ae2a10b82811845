import type { Peer } from '../balancer/balancer.ts'
import type { UpstreamTls } from '../compile/runtime.ts'
import { DeadlineSweep, type Swept } from './deadline-sweep.ts'
import { Pool, type KeepAlive } from './pool.ts'

/**
 * All upstream connections of one thread, by address and TLS identity. A new configuration brings new `Peer` objects for the same
 * addresses; their connections are found again by the address's text, which is looked at once per object.
 */
export class Pools implements Swept {
  readonly #keepAlive: KeepAlive
  readonly #deadlines: DeadlineSweep
  readonly #idleSweep: DeadlineSweep
  readonly #plain = new Map<string, Pool>()
  readonly #ofPeer = new WeakMap<Peer, Pool>()
  readonly #secure = new Map<string, { readonly tls: UpstreamTls; readonly pool: Pool }[]>()

  /** `sweepMs`: how often time limits are looked at. */
  constructor(keepAlive: KeepAlive, sweepMs: number) {
    this.#keepAlive = keepAlive
    this.#deadlines = new DeadlineSweep(sweepMs)
    this.#idleSweep = new DeadlineSweep(1000)
    this.#idleSweep.add(this)
  }

  plain(peer: Peer): Pool {
    return this.#ofPeer.get(peer) ?? this.#findPlain(peer)
  }

  #findPlain(peer: Peer): Pool {
    const key = `${peer.ip} ${peer.port}`
    let pool = this.#plain.get(key)
    if (!pool) {
      pool = new Pool(
        { ip: peer.ip, port: peer.port, tls: null, serverName: '' },
        this.#keepAlive,
        this.#deadlines,
        this.#idleSweep,
      )
      this.#plain.set(key, pool)
    }
    this.#ofPeer.set(peer, pool)
    return pool
  }

  secure(peer: Peer, tls: UpstreamTls, serverName: string): Pool {
    const key = `${peer.ip} ${peer.port} ${serverName}`
    let pools = this.#secure.get(key)
    if (!pools) this.#secure.set(key, (pools = []))
    for (const entry of pools) if (sameIdentity(entry.tls, tls)) return entry.pool
    const pool = new Pool(
      { ip: peer.ip, port: peer.port, tls, serverName },
      this.#keepAlive,
      this.#deadlines,
      this.#idleSweep,
    )
    pools.push({ tls, pool })
    return pool
  }

  /** Addresses change and server names may come from clients, so entries that have no connection must not pile up. */
  sweep(): void {
    for (const [key, pool] of this.#plain) if (pool.empty) this.#plain.delete(key)
    for (const [key, pools] of this.#secure) {
      const used = pools.filter(({ pool }) => !pool.empty)
      if (used.length === 0) this.#secure.delete(key)
      else if (used.length < pools.length) this.#secure.set(key, used)
    }
  }

  close(): void {
    this.#idleSweep.delete(this)
    for (const pool of this.#plain.values()) pool.close()
    for (const pools of this.#secure.values()) for (const { pool } of pools) pool.close()
  }
}

function sameIdentity(a: UpstreamTls, b: UpstreamTls): boolean {
  if (a === b) return true
  return (
    a.verify === b.verify &&
    a.verifyDepth === b.verifyDepth &&
    a.client?.cert === b.client?.cert &&
    a.client?.key === b.client?.key &&
    a.ca?.length === b.ca?.length &&
    (a.ca ?? []).every((pem, i) => pem === b.ca?.[i])
  )
}
