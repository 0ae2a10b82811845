/** Runs one plugin on requests that no network carries. See the README of this package. */
import { randomUUID } from 'node:crypto'
import { parse, violationMessage } from '@holdfast/schema'
import type { InferRecord, RecordField } from '@holdfast/schema'
import type { Phases } from './phases.ts'
import { pluginSubschema, type Plugin } from './plugin.ts'
import type { Reply } from './reply.ts'
import type { HeadersInit } from './testing/header-list.ts'
import { TestExchange, type TestRequest } from './testing/test-exchange.ts'
import { TestHost, type TestHostOptions } from './testing/test-host.ts'

export * from './testing/header-list.ts'
export * from './testing/test-counters.ts'
export * from './testing/test-exchange.ts'
export * from './testing/test-host.ts'
export * from './testing/test-metrics.ts'

/** What the service answers. */
export interface TestAnswer {
  readonly status?: number
  readonly headers?: HeadersInit
  readonly body?: string
}

/** What came of a request. */
export interface TestOutcome {
  readonly exchange: TestExchange
  /** What the plugin answered by itself; `undefined` if the service was asked. */
  readonly reply: Reply | undefined
  readonly status: number
  /** Of the answer that the client gets, as the plugin left it. */
  readonly body: string
  header(name: string): string | undefined
  headerValues(name: string): readonly string[]
  /** A header of the request that the service gets. */
  sent(name: string): string | undefined
}

export interface TestRun {
  readonly host: TestHost
  readonly phases: Phases
  /** Sends a request through all phases of the plugin. */
  send(request?: TestRequest, answer?: TestAnswer): Promise<TestOutcome>
}

/** Makes an instance of the plugin from a configuration as a client would send it; one that is refused is an error. */
export function runPlugin<C extends RecordField>(
  plugin: Plugin<C>,
  config: Readonly<Record<string, unknown>> = {},
  options: TestHostOptions | TestHost = {},
): TestRun {
  const host =
    options instanceof TestHost
      ? options
      : new TestHost({ ...options, plugin: { name: plugin.name, ...options.plugin } })
  const phases = plugin.create(parseConfig(plugin, config), host)
  return { host, phases, send: (request, answer) => send(phases, host, request, answer) }
}

/** The configuration as the gateway stores it, defaults filled in. */
export function parseConfig<C extends RecordField>(plugin: Plugin<C>, config: object): InferRecord<C> {
  const schema = { name: 'plugins', ...pluginSubschema(plugin) }
  const parsed = parse(schema, { config }, { mode: 'insert', now: Date.now, uuid: randomUUID })
  if (!parsed.ok) throw new Error(violationMessage(parsed.violations))
  return parsed.value.config as InferRecord<C>
}

async function send(
  phases: Phases,
  host: TestHost,
  request?: TestRequest,
  answer: TestAnswer = {},
): Promise<TestOutcome> {
  const exchange = new TestExchange(request, host.now())
  let reply = (await phases.rewrite?.(exchange)) ?? (await phases.access?.(exchange))
  let body: Uint8Array
  if (reply) {
    exchange.respond(reply.status, 'exit', reply.headers ?? {})
    body = Buffer.from(reply.body ?? reply.error ?? '')
  } else {
    exchange.timing = { ...exchange.timing, accessEndedAt: host.now() + 1, upstreamHeadAt: host.now() + 21 }
    exchange.respond(answer.status ?? 200, 'service', answer.headers ?? {})
    body = Buffer.from(answer.body ?? '')
    reply = await phases.response?.(exchange, body)
    if (reply) body = Buffer.from(reply.body ?? reply.error ?? '')
  }
  phases.headerFilter?.(exchange)
  if (phases.bodyFilter) body = phases.bodyFilter(exchange, body, true) ?? new Uint8Array()
  exchange.timing = { ...exchange.timing, finishedAt: host.now() + 30, bytesReceived: 100, bytesSent: 200 }
  phases.log?.(exchange)
  return {
    exchange,
    reply,
    status: exchange.response.status,
    body: Buffer.from(body).toString(),
    header: (name) => exchange.response.header(name.toLowerCase()),
    headerValues: (name) => exchange.response.headerValues(name.toLowerCase()),
    sent: (name) => exchange.upstream.header(name.toLowerCase()),
  }
}
