import type { Revision } from '@holdfast/sync'
import type { DataPlaneConfig } from '../config.ts'
import type { ConnectionStats } from '../proxy/connection-stats.ts'
import type { Touched } from '../replica/reader.ts'
import type { MetricsMessage } from '../shared/metrics.ts'
import type { SharedMemory } from '../shared/memory.ts'

/** What a proxy thread is born with. */
export interface ThreadBirth {
  readonly index: number
  /** Ports resolved, every listener with `reuseport`. */
  readonly config: DataPlaneConfig
  /** Of this software. */
  readonly version: string
  readonly replicaPath: string
  readonly shared: SharedMemory
}

/** Main thread to proxy thread. */
export type ToThread =
  /** The replica was moved on; compile what was touched. */
  | { readonly kind: 'revision'; readonly touched: Touched }
  /** The replica was found damaged and is empty now. */
  | { readonly kind: 'lost' }
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
  /** The thread could not start. The members are those of the error. */
  | {
      readonly kind: 'failed'
      readonly message: string
      readonly code: string | undefined
      readonly address: string | undefined
      readonly port: number | undefined
    }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
