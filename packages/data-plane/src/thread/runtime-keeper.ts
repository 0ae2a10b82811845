import type { Revision } from '@holdfast/sync'
import type { Upstreams } from '../balancer/upstreams.ts'
import { compile, dispose } from '../compile/compile.ts'
import type { CreateHost, PluginsByName } from '../compile/plugin-instance.ts'
import type { Runtime } from '../compile/runtime.ts'
import type { ThreadReader, Touched } from '../replica/index.ts'
import { runtimeWithoutConfiguration } from './no-configuration.ts'

export interface RuntimeKeeperOptions {
  readonly reader: ThreadReader
  readonly plugins: PluginsByName
  readonly createHost: CreateHost
  readonly upstreams: Upstreams
  onCompiled(revision: Revision, ms: number): void
  onRefused(revision: Revision, reason: string): void
}

/** Holds the runtime that a thread serves and brings it to each revision the replica reaches, one compilation at a time. */
export class RuntimeKeeper {
  readonly #options: RuntimeKeeperOptions
  #compiled: Runtime | undefined
  /** Touched since the last compilation that succeeded. */
  #pending: Touched = []
  /** Told of while a compilation runs. */
  #waiting: Touched | undefined
  #busy = false
  /** Set by `lose` while a compilation may still be running. */
  #lost = false

  constructor(options: RuntimeKeeperOptions) {
    this.#options = options
  }

  /** What requests are served with now. */
  get runtime(): Runtime {
    return this.#compiled ?? runtimeWithoutConfiguration
  }

  /** The replica has moved: brings what was touched into effect. */
  follow(touched: Touched): void {
    this.#waiting = merge(this.#waiting ?? [], touched)
    if (!this.#busy) void this.#work()
  }

  /** The replica was found damaged: what was compiled from it must not be served any longer. */
  lose(): void {
    this.#lost = true
    this.dispose()
  }

  dispose(): void {
    if (this.#compiled) dispose(this.#compiled)
    this.#compiled = undefined
  }

  async #work(): Promise<void> {
    this.#busy = true
    while (this.#waiting) {
      const touched = this.#waiting
      this.#waiting = undefined
      this.#pending = merge(this.#pending, touched)
      await this.#compile(touched)
    }
    this.#busy = false
  }

  async #compile(touched: Touched): Promise<void> {
    const { reader, plugins, createHost, upstreams, onCompiled, onRefused } = this.#options
    const begun = performance.now()
    this.#lost = false
    try {
      reader.refresh(touched)
      const compiled = await compile({
        reader,
        previous: this.#compiled,
        touched: this.#pending,
        plugins,
        createHost,
        upstreams,
      })
      this.#pending = []
      if (this.#lost) {
        dispose(compiled)
        return
      }
      this.#compiled = compiled
      onCompiled(reader.revision, performance.now() - begun)
    } catch (error) {
      // The rows stay pending: the next revision compiles them again, perhaps mended.
      onRefused(reader.revision, error instanceof Error ? error.message : String(error))
    }
  }
}

/** More rows than this are not worth naming one by one. */
const mostNamed = 10_000

function merge(a: Touched, b: Touched): Touched {
  if (a === 'all' || b === 'all') return 'all'
  if (a.length === 0) return b
  if (b.length === 0) return a
  return a.length + b.length > mostNamed ? 'all' : [...a, ...b]
}
