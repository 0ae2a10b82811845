import type { Exchange, Phases } from '@holdfast/plugin-kit'
import { TestHost } from '@holdfast/plugin-kit/testing'
import { Resolver } from '../../balancer/resolver.ts'
import { Upstreams } from '../../balancer/upstreams.ts'
import type { Touched } from '../../replica/reader.ts'
import { request } from '../../router/testing/request.ts'
import { compile } from '../compile.ts'
import type { CreateHost, PluginsByName, RunnablePlugin } from '../plugin-instance.ts'
import type { Chain, RouteMatch, Runtime } from '../runtime.ts'
import { MemoryReader } from './memory-reader.ts'

/** A plugin that writes down what it was asked to do. */
export function markingPlugin(
  name: string,
  priority: number,
  phases: (mark: (text: string) => void) => Phases,
): RunnablePlugin {
  return {
    name,
    priority,
    create(config: { readonly label?: string; readonly broken?: boolean }, host) {
      if (config.broken) throw new Error('broken on purpose')
      created.push(`${name} ${config.label ?? ''}`)
      host.onDispose(() => disposed.push(`${name} ${config.label ?? ''}`))
      return phases((text) => marks.push(`${config.label ?? name}${text}`))
    },
  }
}

export const created: string[] = []
export const disposed: string[] = []
export const marks: string[] = []

/** A data plane's configuration without its network. */
export class TestGateway {
  readonly reader = new MemoryReader()
  readonly warnings: string[] = []
  runtime: Runtime | undefined
  readonly plugins: PluginsByName
  readonly upstreams: Upstreams
  readonly createHost: CreateHost = (plugin) => {
    const host = new TestHost({ plugin })
    return { host, dispose: () => host.dispose() }
  }

  constructor(plugins: readonly RunnablePlugin[] = []) {
    this.plugins = new Map(plugins.map((plugin) => [plugin.name, plugin]))
    const ignore = () => {}
    const log = {
      debug: ignore,
      info: ignore,
      error: ignore,
      warn: (_: object, message: string) => void this.warnings.push(message),
    }
    const resolver = new Resolver({ lookup: async () => ({ addresses: ['192.0.2.1'], ttlMs: 60_000 }) })
    this.upstreams = new Upstreams({ resolver, log, startOffset: 0 })
  }

  async change(rows: Parameters<MemoryReader['change']>[0], touched?: Touched): Promise<Runtime> {
    const changed = this.reader.change(rows)
    const { reader, runtime: previous, plugins, upstreams, createHost } = this
    this.runtime = await compile({ reader, previous, touched: touched ?? changed, plugins, upstreams, createHost })
    return this.runtime
  }

  match(...given: Parameters<typeof request>): RouteMatch | undefined {
    return this.runtime?.match(request(...given))
  }

  /** What the access and log phases of a route's chain write down for a consumer. */
  run(chain: Chain, consumerId?: string): readonly string[] {
    marks.length = 0
    const slots: unknown[] = []
    const exchange = {
      consumer: consumerId === undefined ? null : { id: consumerId },
      read: ({ index }: { index: number }) => slots[index],
      write: ({ index }: { index: number }, value: unknown) => void (slots[index] = value),
    } as unknown as Exchange
    for (const step of chain.access) void step(exchange)
    for (const step of chain.log) step(exchange)
    return [...marks]
  }
}
