import type { Hello, Nack, RevisionError, Standing } from '@holdfast/sync'
import type { DataPlaneRecord, FleetStore, SyncStatus } from './fleet-store.ts'
import type { HubLog } from './hub-log.ts'

/** A record without what is computed when it is looked at. */
type Entry = Omit<DataPlaneRecord, 'lagRevisions' | 'lagMs'> & {
  /** Since when the head is ahead of this data plane; null when it is not. */
  readonly behindSince: number | null
}

export interface Peer {
  readonly ip: string
  readonly certificateExpiry: number | null
}

/**
 * What this control plane knows of its data planes. Everything happens in memory; what changed is written to the store in
 * batches, where the other control planes' data planes are found too.
 */
export class Fleet {
  readonly #store: FleetStore
  readonly #log: HubLog
  readonly #controlPlane: string
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()
  readonly #dirty = new Set<string>()
  #head: Standing | undefined
  #flushing: Promise<void> = Promise.resolve()

  constructor(options: { store: FleetStore; log: HubLog; controlPlane: string; now: () => number }) {
    this.#store = options.store
    this.#log = options.log
    this.#controlPlane = options.controlPlane
    this.#now = options.now
  }

  connected(hello: Hello, peer: Peer): void {
    const before = this.#entries.get(hello.node.id)
    this.#entries.set(hello.node.id, {
      id: hello.node.id,
      ip: peer.ip,
      hostname: hello.node.hostname,
      version: hello.node.version,
      labels: hello.labels,
      plugins: hello.plugins,
      revision: hello.revision,
      digest: hello.digest,
      syncStatus: 'unknown',
      lastError: before?.lastError ?? null,
      connected: true,
      controlPlane: this.#controlPlane,
      lastSeen: this.#now(),
      certificateExpiry: peer.certificateExpiry,
      behindSince: before?.behindSince ?? null,
    })
    this.stands(hello.node.id, hello)
  }

  /** The connection was refused for what the data plane is. */
  refused(id: string, status: SyncStatus, message: string): void {
    const errors: RevisionError[] = [{ entity: '', id: '', message }]
    this.#change(id, { syncStatus: status, lastError: { at: this.#now(), revision: null, errors }, connected: false })
  }

  disconnected(id: string): void {
    this.#change(id, { connected: false })
  }

  seen(id: string): void {
    this.#change(id, {})
  }

  /** The data plane serves this now; its history is not the head's until a snapshot has led it there. */
  stands(id: string, standing: Standing): void {
    const current = this.#head?.history === standing.history && this.#head.revision === standing.revision
    this.#change(id, {
      revision: standing.revision,
      digest: standing.digest,
      ...(current && { syncStatus: 'normal' as const, lastError: null, behindSince: null }),
      ...(!current && { behindSince: this.#entries.get(id)?.behindSince ?? this.#now() }),
    })
  }

  nacked(id: string, nack: Nack): void {
    const lastError = { at: this.#now(), revision: nack.revision, errors: nack.errors }
    this.#change(id, { syncStatus: 'nacked', lastError })
  }

  /** The head has moved: who stood at the old one is behind from now on. */
  headMoved(head: Standing): void {
    this.#head = head
    const now = this.#now()
    for (const [id, entry] of this.#entries) {
      if (entry.behindSince === null && entry.revision !== head.revision) {
        this.#entries.set(id, { ...entry, behindSince: now })
      }
    }
  }

  /**
   * Every data plane of every control plane. `staleMs` is how long one may be silent before it no longer counts as connected:
   * the control plane that it was connected to may have died without saying so.
   */
  async list(staleMs: number): Promise<DataPlaneRecord[]> {
    const now = this.#now()
    const byId = new Map((await this.#store.load()).map((record) => [record.id, record]))
    for (const entry of this.#entries.values()) {
      const stored = byId.get(entry.id)
      if (!stored || entry.connected || entry.lastSeen >= stored.lastSeen) byId.set(entry.id, this.#record(entry, now))
    }
    return [...byId.values()]
      .map((record) => (record.connected && now - record.lastSeen > staleMs ? { ...record, connected: false } : record))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** Writes what changed since the last time; what could not be written is written the next time. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(async () => {
      if (this.#dirty.size === 0) return
      const ids = [...this.#dirty]
      this.#dirty.clear()
      const now = this.#now()
      const batch = ids.flatMap((id) => {
        const entry = this.#entries.get(id)
        return entry ? [this.#record(entry, now)] : []
      })
      try {
        await this.#store.save(batch)
      } catch (error) {
        for (const id of ids) this.#dirty.add(id)
        this.#log.warn({ err: error, count: batch.length }, 'could not save the state of data planes')
      }
    })
    return this.#flushing
  }

  /** Forgets data planes last seen before this time. */
  async purge(before: number): Promise<void> {
    for (const [id, entry] of this.#entries) if (!entry.connected && entry.lastSeen < before) this.#entries.delete(id)
    try {
      await this.#store.purge(before)
    } catch (error) {
      this.#log.warn({ err: error }, 'could not forget old data planes')
    }
  }

  #change(id: string, change: Partial<Entry>): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    this.#entries.set(id, { ...entry, lastSeen: this.#now(), ...change })
    this.#dirty.add(id)
  }

  #record(entry: Entry, now: number): DataPlaneRecord {
    const { behindSince, ...record } = entry
    const behind = behindSince !== null && this.#head !== undefined
    return {
      ...record,
      lagRevisions: behind ? Math.max(0, this.#head!.revision - entry.revision) : 0,
      lagMs: behind ? Math.max(0, now - behindSince) : 0,
    }
  }
}
