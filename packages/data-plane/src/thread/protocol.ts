import type { Revision } from '@holdfast/sync'
import type { DataPlaneConfig } from '../config.ts'
import type { ConnectionStats } from '../proxy/connection-stats.ts'
import type { Touched } from '../replica/reader.ts'
import type { MetricsMessage } from '../shared/metrics.ts'
import type { SharedMemory } from '../shared/memory.ts'

/** What a proxy thread is born with. */
export interface ThreadBirth {
  readonly index: number
  readonly config: DataPlaneConfig
  readonly replicaPath: string
  readonly shared: SharedMemory
}

/** Main thread to proxy thread. */
export type ToThread =
  /** The replica was moved to this revision; compile what was touched. `path` is where it lies now (a snapshot makes a new one). */
  | { readonly kind: 'revision'; readonly revision: Revision; readonly touched: Touched; readonly path: string }
  | { readonly kind: 'stats'; readonly id: number }
  | { readonly kind: 'drain'; readonly timeoutMs: number }

/** Proxy thread to main thread. */
export type FromThread =
  | { readonly kind: 'listening'; readonly ports: readonly number[] }
  | { readonly kind: 'compiled'; readonly revision: Revision; readonly ms: number }
  | { readonly kind: 'refused'; readonly revision: Revision; readonly reason: string }
  | { readonly kind: 'stats'; readonly id: number; readonly stats: ConnectionStats; readonly heapBytes: number }
  | { readonly kind: 'metrics'; readonly message: MetricsMessage }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly fields: object; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | undefined }
  | { readonly kind: 'drained' }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
